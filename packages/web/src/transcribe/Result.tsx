/** What came of a job: to be watched, read, answered and taken away. */
import { useEffect, useState } from "react"
import { useLanguage, useTexts } from "../page/Language.tsx"
import type { Api, Job, Version } from "./Api.ts"
import { Downloads } from "./Downloads.tsx"
import { Notes } from "./Notes.tsx"
import { Player } from "./Player.tsx"
import { Quiz } from "./Quiz.tsx"

const texts = {
  about: { en: "About it", fr: "À propos" },
  notes: { en: "Notes", fr: "Notes" },
  shown: { en: "Language shown", fr: "Langue affichée" }
}

interface Props {
  readonly api: Api
  readonly job: Job
  readonly version: Version
  readonly medium: Blob | undefined
  readonly onChosen: (file: File) => void
}

/** An address of the subtitles in one language, for the player's track. */
const useSubtitles = (api: Api, job: string, version: string, language: string): string | undefined => {
  const [url, setUrl] = useState<string | undefined>()
  useEffect(() => {
    let made: string | undefined
    let over = false
    api.subtitles(job, version, "vtt", language).then((blob) => {
      if (!over) setUrl(made = URL.createObjectURL(blob))
    }, () => setUrl(undefined))
    return () => {
      over = true
      if (made !== undefined) URL.revokeObjectURL(made)
    }
  }, [api, job, version, language])
  return url
}

export const Result = ({ api, job, medium, onChosen, version }: Props) => {
  const t = useTexts(texts)
  const { language: ours } = useLanguage()
  const names = new Intl.DisplayNames([ours], { type: "language" })
  const { transcript } = version
  const original = transcript.language ?? ""
  const isThere = transcript.translatedSentences !== null && version.translateTo !== null
  const languages = isThere ? [original, version.translateTo!] : [original]
  const [shown, setShown] = useState(original)
  const [seek, setSeek] = useState<number | undefined>()
  const isTranslated = isThere && shown === version.translateTo
  const subtitles = useSubtitles(api, job.id, version.id, shown)
  const metadata = version.enrichmentVersionMetadata
  const said = (own: string | null, translated: string | null) => (isTranslated ? translated : own) ?? own
  const notes = said(version.notes, version.translatedNotes)
  const topics = isTranslated && metadata !== null && metadata.translatedTopics.length > 0
    ? metadata.translatedTopics
    : metadata?.topics ?? []
  const name = job.media?.originalFileName ?? "transcript"
  return (
    <>
      <div className="title">
        <h1>{said(metadata?.title ?? null, metadata?.translatedTitle ?? null) ?? name}</h1>
        {isThere
          ? (
            <label className="choice">
              <span className="unseen">{t.shown}</span>
              <select value={shown} onChange={({ target }) => setShown(target.value)}>
                {languages.map((code) => <option key={code} value={code}>{names.of(code)}</option>)}
              </select>
            </label>
          )
          : null}
      </div>
      <Player
        medium={medium}
        isVideo={job.media?.mimeType.startsWith("video/") ?? false}
        sentences={(isTranslated ? transcript.translatedSentences : null) ?? transcript.sentences}
        subtitles={subtitles}
        language={shown}
        seek={seek}
        onChosen={onChosen}
      />
      <Downloads api={api} job={job.id} version={version.id} name={name} languages={languages} />
      {metadata === null
        ? null
        : (
          <section className="panel" lang={shown}>
            <h2>{t.about}</h2>
            <p>{said(metadata.description, metadata.translatedDescription)}</p>
            <ul className="topics">{topics.map((topic) => <li key={topic}>{topic}</li>)}</ul>
            <p className="soft">
              {[metadata.discipline, metadata.mediaType].filter((item) => item !== null && item !== "N/A").join(" · ")}
            </p>
          </section>
        )}
      {notes === null || notes === ""
        ? null
        : (
          <section className="panel" lang={shown}>
            <h2>{t.notes}</h2>
            <Notes notes={notes} />
          </section>
        )}
      {version.multipleChoiceQuestions.length === 0
        ? null
        : (
          <Quiz
            questions={version.multipleChoiceQuestions}
            isTranslated={isTranslated}
            onSeek={(seconds) => setSeek(seconds + Math.random() / 1000)}
          />
        )}
    </>
  )
}
