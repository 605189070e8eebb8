/** One job, followed until it ends. */
import { useEffect, useState } from "react"
import { useTexts } from "../page/Language.tsx"
import { type Api, type Job, Refused, type Version } from "./Api.ts"
import { Progress } from "./Progress.tsx"
import { Result } from "./Result.tsx"

const texts = {
  back: { en: "← All transcriptions", fr: "← Toutes les transcriptions" },
  away: { en: "The service does not answer; asking again …", fr: "Le service ne répond pas ; nouvel essai …" },
  gone: { en: "This transcription is not there any more.", fr: "Cette transcription n’existe plus." }
}

interface Props {
  readonly api: Api
  readonly id: string
  readonly file: File | undefined
  readonly onBack: () => void
}

const pause = 1500

const isOver = ({ status }: Job): boolean => status === "SUCCESS" || status === "FAILURE"

export const Opened = ({ api, file, id, onBack }: Props) => {
  const t = useTexts(texts)
  const [job, setJob] = useState<Job | undefined>()
  const [version, setVersion] = useState<Version | undefined>()
  const [medium, setMedium] = useState<Blob | undefined>(file)
  const [problem, setProblem] = useState<"away" | "gone" | undefined>()

  useEffect(() => {
    const abort = new AbortController()
    const { signal } = abort
    let has = file !== undefined
    const follow = async (): Promise<void> => {
      try {
        const found = await api.job(id, signal)
        setJob(found)
        setProblem(undefined)
        // What was fetched from the web can be heard here as long as the service has it.
        if (!has && found.media !== null) {
          has = true
          const blob = await api.medium(id, signal)
          if (blob !== undefined) setMedium((before) => before ?? blob)
        }
        if (found.lastVersionId !== null) setVersion(await api.version(id, signal))
        if (isOver(found)) return
      } catch (error) {
        if (signal.aborted) return
        const isGone = error instanceof Refused && (error.status === 404 || error.status === 403)
        setProblem(isGone ? "gone" : "away")
        if (isGone) return
      }
      setTimeout(() => void follow(), pause)
    }
    void follow()
    return () => abort.abort()
  }, [api, file, id])

  return (
    <>
      <button className="plain back" onClick={onBack}>{t.back}</button>
      {problem === undefined ? null : <p className="problem" role="alert">{t[problem]}</p>}
      {job === undefined || job.status === "SUCCESS" ? null : <Progress job={job} />}
      {job === undefined || version === undefined
        ? null
        : <Result api={api} job={job} version={version} medium={medium} onChosen={setMedium} />}
    </>
  )
}
