/** The last jobs of the client, to come back to. */
import { useEffect, useState } from "react"
import { useLanguage, useTexts } from "../page/Language.tsx"
import type { Api, Job } from "./Api.ts"

const texts = {
  heading: { en: "Your last transcriptions", fr: "Vos dernières transcriptions" },
  none: { en: "There are none yet.", fr: "Il n’y en a pas encore." },
  done: { en: "done", fr: "terminé" },
  failed: { en: "failed", fr: "échec" },
  running: { en: "in progress", fr: "en cours" },
  unnamed: { en: "From the web", fr: "Du web" }
}

interface Props {
  readonly api: Api
  readonly onOpen: (id: string) => void
}

export const Recent = ({ api, onOpen }: Props) => {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const [jobs, setJobs] = useState<ReadonlyArray<Job> | undefined>()
  useEffect(() => {
    let over = false
    api.list().then((jobs) => over ? undefined : setJobs(jobs), () => {})
    return () => {
      over = true
    }
  }, [api])
  if (jobs === undefined) return null
  const date = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" })
  const state = ({ status }: Job) => status === "SUCCESS" ? t.done : status === "FAILURE" ? t.failed : t.running
  return (
    <section className="panel recent">
      <h2>{t.heading}</h2>
      {jobs.length === 0 ? <p>{t.none}</p> : (
        <ul>
          {jobs.map((job) => (
            <li key={job.id}>
              <button className="plain" onClick={() => onOpen(job.id)}>
                {job.media?.originalFileName ?? t.unnamed}
              </button>
              <span className="soft">{date.format(new Date(job.createdAt))} · {state(job)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
