/** The transcription service: jobs by step, what is being worked on, and what failed. */
import { useTexts } from "../../page/Language.tsx"
import { useAnswer } from "../session/useAnswer.ts"
import { useLive } from "../session/useLive.ts"
import type { Transcriptions as Answer } from "../wire/Transcriptions.ts"
import { Failures } from "./Failures.tsx"
import { Line } from "./Line.tsx"
import { Running } from "./Running.tsx"

const texts = {
  title: { en: "Transcriptions", fr: "Transcriptions" },
  loading: { en: "Asking the transcription service…", fr: "Question au service de transcription…" },
  off: {
    en: "The transcription service is switched off here.",
    fr: "Le service de transcription n’est pas activé ici."
  },
  problem: { en: "The transcription service could not be asked:", fr: "Le service de transcription n’a pas répondu :" }
}

const Standing = () => {
  const t = useTexts(texts)
  const { problem, value } = useAnswer<Answer>("transcriptions", 3_000)
  return (
    <>
      {problem !== undefined && (
        <p role="alert" className="problem">
          {t.problem} <span lang="en">{problem.message}</span>
        </p>
      )}
      {value === undefined
        ? problem === undefined && <p className="soft loading">{t.loading}</p>
        : (
          <>
            <Line value={value} />
            <Running jobs={value.running} at={value.at} />
            <Failures jobs={value.failures} />
          </>
        )}
    </>
  )
}

export const Transcriptions = () => {
  const t = useTexts(texts)
  const { who } = useLive()
  return (
    <div className="transcriptions">
      <div className="title">
        <h1>{t.title}</h1>
      </div>
      {who?.transcription === true ? <Standing /> : <p>{t.off}</p>}
    </div>
  )
}
