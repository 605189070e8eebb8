/** Where a job stands: each step of it, its place in the queue, and how far the one that runs is. */
import { useTexts } from "../page/Language.tsx"
import type { Job } from "./Api.ts"

const texts = {
  heading: { en: "In progress", fr: "En cours" },
  WAITING_MEIDA_UPLOAD: { en: "The file will be fetched", fr: "Le fichier va être récupéré" },
  UPLOADING_MEDIA: { en: "Fetching the file", fr: "Récupération du fichier" },
  WAITING_MEDIA_TRANSCRIPTION: { en: "Waiting to be transcribed", fr: "En attente de transcription" },
  TRANSCRIBING_MEDIA: { en: "Transcribing", fr: "Transcription" },
  WAITING_AI_ENRICHMENT: { en: "Waiting for its title, notes and quiz", fr: "En attente de titre, notes et quiz" },
  AI_ENRICHING: { en: "Writing title, notes and quiz", fr: "Rédaction du titre, des notes et du quiz" },
  WAITING_TRANSLATION: { en: "Waiting to be translated", fr: "En attente de traduction" },
  TRANSLATING: { en: "Translating", fr: "Traduction" },
  WAITING_AI_EVALUATION: { en: "Waiting to be evaluated", fr: "En attente d’évaluation" },
  AI_EVALUATING: { en: "Evaluating", fr: "Évaluation" },
  next: { en: "Next in the queue", fr: "Prochain de la file" },
  place: {
    en: (ahead: number) => `${ahead} before it in the queue`,
    fr: (ahead: number) => `${ahead} avant lui dans la file`
  },
  failed: { en: "It could not be done", fr: "Échec" },
  stay: {
    en: "You may close this page: the work goes on, and stands in your list.",
    fr: "Vous pouvez fermer cette page : le travail continue, et reste dans votre liste."
  }
}

type Known = Exclude<keyof typeof texts, "heading" | "next" | "place" | "failed" | "stay">

const isKnown = (status: string): status is Known => status in texts

export const Progress = ({ job }: { readonly job: Job }) => {
  const t = useTexts(texts)
  if (job.status === "FAILURE") {
    return (
      <section className="panel" role="alert">
        <h2>{t.failed}</h2>
        <p className="problem">{job.failureCause}</p>
      </section>
    )
  }
  const { progress, queuePosition, status } = job
  return (
    <section className="panel" aria-live="polite">
      <h2>{t.heading}</h2>
      <p className="step">{isKnown(status) ? t[status] : status}</p>
      {queuePosition === null ? null : <p>{queuePosition === 0 ? t.next : t.place(queuePosition)}</p>}
      <progress aria-label={isKnown(status) ? t[status] : status} value={progress ?? undefined} max={1} />
      {progress === null ? null : <p className="share">{Math.round(progress * 100)} %</p>}
      <p className="soft">{t.stay}</p>
    </section>
  )
}
