/** The hour in figures: a row for each organisation on each model. */
import { compact, count, span } from "../../page/Format.ts"
import { useLanguage, useTexts } from "../../page/Language.tsx"
import { hueOf } from "../now/Hues.ts"
import type { HourRow } from "../wire/Hour.ts"

const texts = {
  title: { en: "By organisation and model", fr: "Par organisation et modèle" },
  organisation: { en: "Organisation", fr: "Organisation" },
  model: { en: "Model", fr: "Modèle" },
  unknown: { en: "(no such model)", fr: "(pas de tel modèle)" },
  requests: { en: "Requests", fr: "Requêtes" },
  prompt: { en: "Prompt tokens", fr: "Jetons lus" },
  output: { en: "Output tokens", fr: "Jetons écrits" },
  wait: { en: "Wait p50 / p95", fr: "Attente p50 / p95" },
  ttft: { en: "TTFT p50 / p95", fr: "TTFT p50 / p95" },
  requeues: { en: "Requeued", fr: "Remises en file" },
  refused: { en: "Refused", fr: "Refusées" },
  evicted: { en: "Evicted", fr: "Expulsées" },
  failed: { en: "Failed", fr: "Échouées" },
  withdrawn: { en: "Withdrawn", fr: "Retirées" },
  nobody: { en: "Nobody asked anything in this hour.", fr: "Personne n’a rien demandé pendant cette heure." }
}

const Pair = ({ pair }: { readonly pair: HourRow["wait"] }) => {
  const { language } = useLanguage()
  if (pair === null) return "–"
  return (
    <>
      {span(language, pair[0])} <span className="faint">/</span> {span(language, pair[1])}
    </>
  )
}

const Figure = ({ label, value }: { readonly label: string; readonly value: number }) => {
  const { language } = useLanguage()
  return (
    <td className="number" data-label={label}>
      {value === 0 ? <span className="faint">0</span> : count(language, value)}
    </td>
  )
}

const Row = ({ row }: { readonly row: HourRow }) => {
  const t = useTexts(texts)
  const { language } = useLanguage()
  return (
    <tr>
      <th scope="row">
        <i className={`chip ${hueOf(row.organisation)}`} /> <span translate="no">{row.organisation}</span>
      </th>
      <td data-label={t.model}>
        {row.model === "" ? <span className="soft">{t.unknown}</span> : <span translate="no">{row.model}</span>}
      </td>
      <td className="number strong" data-label={t.requests}>{count(language, row.requests)}</td>
      <td className="number" data-label={t.prompt}>{compact(language, row.prompt)}</td>
      <td className="number" data-label={t.output}>{compact(language, row.output)}</td>
      <td className="number" data-label={t.wait}>
        <Pair pair={row.wait} />
      </td>
      <td className="number" data-label={t.ttft}>
        <Pair pair={row.ttft} />
      </td>
      <Figure label={t.requeues} value={row.requeues} />
      <Figure label={t.refused} value={row.refused} />
      <Figure label={t.evicted} value={row.evicted} />
      <Figure label={t.failed} value={row.failed} />
      <Figure label={t.withdrawn} value={row.withdrawn} />
    </tr>
  )
}

const figures = [
  "requests",
  "prompt",
  "output",
  "wait",
  "ttft",
  "requeues",
  "refused",
  "evicted",
  "failed",
  "withdrawn"
] as const

export const HourTable = ({ rows }: { readonly rows: ReadonlyArray<HourRow> }) => {
  const t = useTexts(texts)
  return (
    <section className="block" aria-labelledby="figures">
      <h2 id="figures">{t.title}</h2>
      {rows.length === 0 ?
        <p className="soft">{t.nobody}</p> :
        (
          <div className="scroll" tabIndex={0} role="region" aria-labelledby="figures">
            <table className="cards">
              <thead>
                <tr>
                  <th scope="col">{t.organisation}</th>
                  <th scope="col">{t.model}</th>
                  {figures.map((name) => <th key={name} scope="col" className="number">{t[name]}</th>)}
                </tr>
              </thead>
              <tbody>{rows.map((row) => <Row key={`${row.organisation} ${row.model}`} row={row} />)}</tbody>
            </table>
          </div>
        )}
    </section>
  )
}
