/** Jobs that are being worked on, with how far they are. */
import { lasting, percent, span } from "../../page/Format.ts"
import { useLanguage, useTexts } from "../../page/Language.tsx"
import type { RunningJob } from "../wire/Transcriptions.ts"
import { stations } from "./Words.ts"

const texts = {
  title: { en: "Being worked on", fr: "En cours" },
  none: { en: "Nothing is being worked on.", fr: "Rien n’est en cours." },
  job: { en: "Job", fr: "Travail" },
  client: { en: "Client", fr: "Client" },
  step: { en: "Step", fr: "Étape" },
  progress: { en: "Progress", fr: "Avancement" },
  untold: { en: "not told", fr: "non communiqué" },
  since: { en: "For", fr: "Depuis" },
  media: { en: "Medium", fr: "Média" },
  worker: { en: "Worker", fr: "Ouvrier" },
  retries: { en: (n: number) => `, retry ${n}`, fr: (n: number) => `, reprise ${n}` }
}

const Progress = ({ job }: { readonly job: RunningJob }) => {
  const t = useTexts(texts)
  const { language } = useLanguage()
  if (job.progress === null) return <span className="faint">{t.untold}</span>
  return (
    <span className="progress">
      <progress max={1} value={job.progress} aria-label={t.progress} />
      {percent(language, job.progress)}
    </span>
  )
}

export const Running = ({ at, jobs }: { readonly at: number; readonly jobs: ReadonlyArray<RunningJob> }) => {
  const t = useTexts(texts)
  const s = useTexts(stations)
  const { language } = useLanguage()
  return (
    <section className="block" aria-labelledby="running">
      <h2 id="running">{t.title}</h2>
      {jobs.length === 0 ?
        <p className="soft">{t.none}</p> :
        (
          <div className="scroll" tabIndex={0} role="region" aria-labelledby="running">
            <table className="cards">
              <thead>
                <tr>
                  <th scope="col">{t.job}</th>
                  <th scope="col">{t.client}</th>
                  <th scope="col">{t.step}</th>
                  <th scope="col">{t.progress}</th>
                  <th scope="col" className="number">{t.since}</th>
                  <th scope="col" className="number">{t.media}</th>
                  <th scope="col">{t.worker}</th>
                </tr>
              </thead>
              <tbody>
                {jobs.map((job) => (
                  <tr key={job.id}>
                    <th scope="row">
                      <code translate="no" title={job.id}>{job.id.slice(0, 8)}</code>
                    </th>
                    <td translate="no" data-label={t.client}>{job.client}</td>
                    <td data-label={t.step}>
                      {s[job.station]}
                      {job.retries > 0 && t.retries(job.retries)}
                    </td>
                    <td data-label={t.progress} className="broad">
                      <Progress job={job} />
                    </td>
                    <td className="number" data-label={t.since}>
                      {job.since === null ? "–" : lasting(language, at - job.since)}
                    </td>
                    <td className="number" data-label={t.media}>
                      {job.media === null ? "–" : span(language, job.media * 1_000)}
                    </td>
                    <td translate="no" data-label={t.worker} className="broad">{job.by ?? "–"}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
    </section>
  )
}
