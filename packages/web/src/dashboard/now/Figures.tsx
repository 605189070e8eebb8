/** The sidings of a yard as a table: each organisation's waiting requests by priority, with the longest wait. */
import { useState } from "react"
import { count, span } from "../../page/Format.ts"
import { useLanguage, useTexts } from "../../page/Language.tsx"
import type { ModelRow } from "../wire/Live.ts"
import { hueOf } from "./Hues.ts"

const texts = {
  figures: { en: "Queue by organisation", fr: "File par organisation" },
  organisation: { en: "Organisation", fr: "Organisation" },
  priority: { en: (p: number) => `Priority ${p}`, fr: (p: number) => `Priorité ${p}` },
  waiting: { en: "Waiting", fr: "En attente" },
  running: { en: "Running", fr: "En cours" },
  longest: { en: "Longest wait", fr: "Plus longue attente" },
  lost: { en: "Lost in 5 min", fr: "Perdues en 5 min" },
  nobody: { en: "Nobody waits and nothing runs.", fr: "Personne n’attend et rien ne roule." },
  lostOf: {
    en: (refused: number, evicted: number, failed: number) =>
      `${refused} refused, ${evicted} evicted, ${failed} failed`,
    fr: (refused: number, evicted: number, failed: number) =>
      `${refused} refusées, ${evicted} expulsées, ${failed} échouées`
  }
}

interface Row {
  readonly waiting: Map<number, number>
  total: number
  running: number
  oldest: number | undefined
  lost: readonly [refused: number, evicted: number, failed: number]
}

const rowsOf = ({ losses, running, waiting }: ModelRow): ReadonlyArray<readonly [string, Row]> => {
  const rows = new Map<string, Row>()
  const of = (organisation: string): Row => {
    let row = rows.get(organisation)
    if (row === undefined) {
      rows.set(organisation, row = { waiting: new Map(), total: 0, running: 0, oldest: undefined, lost: [0, 0, 0] })
    }
    return row
  }
  for (const [organisation, priority, count, oldest] of waiting) {
    const row = of(organisation)
    row.waiting.set(priority, count)
    row.total += count
    row.oldest = Math.min(row.oldest ?? Infinity, oldest)
  }
  for (const [organisation, , count] of running) of(organisation).running += count
  for (const [organisation, ...lost] of losses) of(organisation).lost = lost
  return [...rows].toSorted(([a, one], [b, other]) =>
    other.total - one.total || other.running - one.running || (a < b ? -1 : 1)
  )
}

interface Props {
  readonly model: ModelRow
  readonly bestPriority: number
  readonly at: number
}

const Table = ({ at, bestPriority, model }: Props) => {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const rows = rowsOf(model)
  const priorities = Array.from({ length: bestPriority + 1 }, (_, place) => bestPriority - place)
  if (rows.length === 0) return <p className="soft">{t.nobody}</p>
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={t.figures}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.organisation}</th>
            {priorities.map((priority) => (
              <th key={priority} scope="col" className="number" aria-label={t.priority(priority)}>P{priority}</th>
            ))}
            <th scope="col" className="number">{t.waiting}</th>
            <th scope="col" className="number">{t.running}</th>
            <th scope="col" className="number">{t.longest}</th>
            <th scope="col" className="number">{t.lost}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([organisation, row]) => (
            <tr key={organisation}>
              <th scope="row">
                <i className={`chip ${hueOf(organisation)}`} /> <span translate="no">{organisation}</span>
              </th>
              {priorities.map((priority) => (
                <td key={priority} className="number">
                  {row.waiting.get(priority) ?? <span className="faint">·</span>}
                </td>
              ))}
              <td className="number">{count(language, row.total)}</td>
              <td className="number">{count(language, row.running)}</td>
              <td className="number">{row.oldest === undefined ? "–" : span(language, at - row.oldest)}</td>
              <td className="number" title={t.lostOf(...row.lost)}>
                {count(language, row.lost.reduce((sum, one) => sum + one, 0))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Closed it costs nothing. */
export const Figures = (props: Props) => {
  const t = useTexts(texts)
  const [open, setOpen] = useState(false)
  return (
    <details className="figures" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{t.figures}</summary>
      {open && <Table {...props} />}
    </details>
  )
}
