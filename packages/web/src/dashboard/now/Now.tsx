/** How things stand at this moment. */
import { useCallback, useMemo, useState } from "react"
import { useTexts } from "../../page/Language.tsx"
import { useLive } from "../session/useLive.ts"
import { JournalList } from "./JournalList.tsx"
import { Legend } from "./Legend.tsx"
import { ServerPanel } from "./ServerPanel.tsx"
import { Summary } from "./Summary.tsx"
import { serversOf } from "./Trouble.ts"
import { Troubles } from "./Troubles.tsx"
import { Waiters } from "./Waiters.tsx"
import { Yard } from "./Yard.tsx"

const texts = {
  title: { en: "Now", fr: "Maintenant" },
  journal: { en: "What happened", fr: "Ce qui s’est passé" },
  quiet: { en: "Nothing has happened since this gateway started.", fr: "Rien ne s’est passé depuis le démarrage." },
  noModel: { en: "No model is configured.", fr: "Aucun modèle n’est configuré." }
}

/** As much as one reads; a server's own panel shows what is older. */
const mostEntries = 20

export const Now = () => {
  const t = useTexts(texts)
  const live = useLive()
  const picture = live.picture!
  const [open, setOpen] = useState<string>()
  const close = useCallback(() => setOpen(undefined), [])
  const { journal, models, servers } = picture
  const byModel = useMemo(
    () => new Map(Array.from(models.keys(), (model) => [model, serversOf(picture, model)])),
    [models, servers]
  )
  return (
    <div className="now">
      <h1 className="unseen">{t.title}</h1>
      <div className="head">
        <Summary picture={picture} />
        <Troubles picture={picture} onOpen={setOpen} />
      </div>
      <Legend models={models} />
      {models.size === 0 && <p className="soft">{t.noModel}</p>}
      {Array.from(models, ([name, model]) => (
        <Yard
          key={name}
          name={name}
          model={model}
          servers={byModel.get(name) ?? []}
          bestPriority={live.who?.bestPriority ?? 5}
          at={picture.at}
          second={Math.floor(picture.at / 1_000) * 1_000}
          flow={picture.flow}
          onOpen={setOpen}
        />
      ))}
      <div className="foot">
        <Waiters models={models} at={picture.at} />
        <section className="happened" aria-labelledby="journal">
          <h2 id="journal">{t.journal}</h2>
          {journal.length === 0
            ? <p className="soft">{t.quiet}</p>
            : <JournalList entries={journal.slice(-mostEntries)} />}
        </section>
      </div>
      {open !== undefined && <ServerPanel url={open} onClose={close} />}
    </div>
  )
}
