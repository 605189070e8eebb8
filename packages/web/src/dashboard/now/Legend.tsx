/** Which colour is whose, with what each has waiting and running. */
import { useMemo, useState } from "react"
import { count } from "../../page/Format.ts"
import { useLanguage, useTexts } from "../../page/Language.tsx"
import type { ModelRow } from "../wire/Live.ts"
import { hueOf } from "./Hues.ts"

const texts = {
  title: { en: "Organisations, waiting / running:", fr: "Organisations, en attente / en cours :" },
  figures: {
    en: (waiting: string, running: string) => `${waiting} waiting, ${running} running`,
    fr: (waiting: string, running: string) => `${waiting} en attente, ${running} en cours`
  },
  more: { en: (n: number) => `${n} more`, fr: (n: number) => `${n} de plus` },
  fewer: { en: "Show fewer", fr: "Montrer moins" }
}

const most = 12

export const Legend = ({ models }: { readonly models: ReadonlyMap<string, ModelRow> }) => {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const [all, setAll] = useState(false)
  const sums = useMemo(() => {
    const sums = new Map<string, [waiting: number, running: number]>()
    for (const model of models.values()) {
      for (const [place, groups] of [model.waiting, model.running].entries()) {
        for (const [organisation, , count] of groups) {
          const sum = sums.get(organisation) ?? [0, 0]
          sum[place as 0 | 1] += count
          sums.set(organisation, sum)
        }
      }
    }
    return [...sums].toSorted(([a], [b]) => a < b ? -1 : 1)
  }, [models])
  if (sums.length === 0) return null
  return (
    <div className="legend" role="group" aria-label={t.title}>
      <span className="soft" aria-hidden="true">{t.title}</span>
      <ul>
        {(all ? sums : sums.slice(0, most)).map(([organisation, [waiting, running]]) => (
          <li key={organisation} title={t.figures(count(language, waiting), count(language, running))}>
            <i className={`chip ${hueOf(organisation)}`} />
            <span translate="no">{organisation}</span>
            <b aria-hidden="true">
              {count(language, waiting)} / {count(language, running)}
            </b>
            <span className="unseen">{t.figures(count(language, waiting), count(language, running))}</span>
          </li>
        ))}
      </ul>
      {sums.length > most && (
        <button type="button" className="plain" onClick={() => setAll(!all)}>
          {all ? t.fewer : t.more(sums.length - most)}
        </button>
      )}
    </div>
  )
}
