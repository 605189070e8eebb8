/** Jobs that failed within the last day, and why. */
import { clock } from "../../page/Format.ts"
import { useLanguage, useTexts } from "../../page/Language.tsx"
import type { FailedJob } from "../wire/Transcriptions.ts"
import { stations } from "./Words.ts"

const texts = {
  title: { en: "Failed within a day", fr: "Échoués depuis un jour" },
  none: { en: "None failed.", fr: "Aucun n’a échoué." },
  at: { en: "At", fr: "À" },
  job: { en: "Job", fr: "Travail" },
  client: { en: "Client", fr: "Client" },
  step: { en: "Step", fr: "Étape" },
  cause: { en: "Cause", fr: "Cause" },
  unknown: { en: "not told", fr: "non communiquée" }
}

export const Failures = ({ jobs }: { readonly jobs: ReadonlyArray<FailedJob> }) => {
  const t = useTexts(texts)
  const s = useTexts(stations)
  const { language } = useLanguage()
  return (
    <section className="block" aria-labelledby="failures">
      <h2 id="failures">{t.title}</h2>
      {jobs.length === 0 ?
        <p className="soft">{t.none}</p> :
        (
          <div className="scroll" tabIndex={0} role="region" aria-labelledby="failures">
            <table className="cards">
              <thead>
                <tr>
                  <th scope="col">{t.at}</th>
                  <th scope="col">{t.job}</th>
                  <th scope="col">{t.client}</th>
                  <th scope="col">{t.step}</th>
                  <th scope="col">{t.cause}</th>
                </tr>
              </thead>
              <tbody>
                {jobs.map((job) => (
                  <tr key={job.id}>
                    <td data-label={t.at}>{clock(language, job.at)}</td>
                    <th scope="row">
                      <code translate="no" title={job.id}>{job.id.slice(0, 8)}</code>
                    </th>
                    <td translate="no" data-label={t.client}>{job.client}</td>
                    <td data-label={t.step}>{s[job.station]}</td>
                    <td className="why" data-label={t.cause}>
                      {job.cause === "" ? t.unknown : <span lang="en">{job.cause}</span>}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
    </section>
  )
}
