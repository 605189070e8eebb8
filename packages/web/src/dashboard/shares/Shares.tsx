/** Service against entitlement: what each organisation got where others wanted it too, and what its weight said. */
import { useState } from "react"
import { useTexts } from "../../page/Language.tsx"
import { Toggle } from "../../page/Toggle.tsx"
import { useLive } from "../session/useLive.ts"
import type { Over } from "./Pool.tsx"
import { Pool } from "./Pool.tsx"

const texts = {
  title: { en: "Shares", fr: "Parts" },
  intro: {
    en: "An organisation that had nothing waiting got all that it asked for. The rest is divided by weight among those "
      + "that wanted more. The bar is what was served, the mark what was due.",
    fr: "Une organisation qui n’avait rien en attente a reçu tout ce qu’elle demandait. Le reste se partage selon les "
      + "poids entre celles qui en voulaient plus. La barre est ce qui a été servi, le repère ce qui était dû."
  },
  priority: {
    en: "Priorities come before shares: who asks at a low one gets less than its due while others ask at a higher one, "
      + "until ageing evens them out.",
    fr: "Les priorités passent avant les parts : qui demande à une priorité basse reçoit moins que son dû tant que "
      + "d’autres demandent plus haut, jusqu’à ce que le vieillissement les égalise."
  },
  over: { en: "Over", fr: "Sur" },
  recent: { en: "5 minutes", fr: "5 minutes" },
  hour: { en: "1 hour", fr: "1 heure" },
  unit: {
    en: "In tokens, prompt + 2 × answer, counted when work ends. Kept by this gateway since it started.",
    fr:
      "En jetons, question + 2 × réponse, comptés quand le travail finit. Tenu par cette passerelle depuis son démarrage."
  }
}

export const Shares = () => {
  const t = useTexts(texts)
  const { picture } = useLive()
  const [over, setOver] = useState<Over>("recent")
  return (
    <div className="shares">
      <div className="title">
        <h1>{t.title}</h1>
        <Toggle legend={t.over} options={[["recent", t.recent], ["hour", t.hour]]} value={over} onChange={setOver} />
      </div>
      <p className="measure">{t.intro}</p>
      {Array.from(picture!.pools, ([name, pool]) => <Pool key={name} pool={pool} over={over} />)}
      <p className="soft measure notes">
        {t.priority} {t.unit}
      </p>
    </div>
  )
}
