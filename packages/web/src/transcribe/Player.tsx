/** The medium with its subtitles, and the transcript beside it: a sentence leads to its moment, and the moment to its sentence. */
import { useEffect, useRef, useState } from "react"
import { useTexts } from "../page/Language.tsx"
import type { Sentence } from "./Api.ts"

const texts = {
  transcript: { en: "Transcript", fr: "Transcription" },
  subtitles: { en: "Subtitles", fr: "Sous-titres" },
  gone: {
    en: "The file itself is not kept by the service. Choose it again to hear it:",
    fr: "Le service ne garde pas le fichier. Choisissez-le à nouveau pour l’écouter :"
  },
  choose: { en: "Choose the file", fr: "Choisir le fichier" }
}

interface Props {
  /** The file, where this page has it. */
  readonly medium: Blob | undefined
  readonly isVideo: boolean
  readonly sentences: ReadonlyArray<Sentence>
  readonly subtitles: string | undefined
  readonly language: string
  readonly seek: number | undefined
  readonly onChosen: (file: File) => void
}

const clock = (seconds: number): string => {
  const whole = Math.floor(seconds)
  const minutes = `${Math.floor(whole / 60) % 60}`.padStart(2, "0")
  const rest = `${whole % 60}`.padStart(2, "0")
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${minutes}:${rest}` : `${minutes}:${rest}`
}

/** An address that lives as long as what it is of. */
const useObjectUrl = (blob: Blob | undefined): string | undefined => {
  const [url, setUrl] = useState<string | undefined>()
  useEffect(() => {
    if (blob === undefined) return setUrl(undefined)
    const made = URL.createObjectURL(blob)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [blob])
  return url
}

export const Player = ({ isVideo, language, medium, onChosen, seek, sentences, subtitles }: Props) => {
  const t = useTexts(texts)
  const player = useRef<HTMLVideoElement>(null)
  const list = useRef<HTMLOListElement>(null)
  const [at, setAt] = useState(0)
  const url = useObjectUrl(medium)
  const current = sentences.findLastIndex(({ start }) => start <= at + 0.05)

  const jump = (seconds: number) => {
    const element = player.current
    if (element === null) return
    element.currentTime = seconds
    setAt(seconds)
    // A browser may refuse to play what nobody asked for aloud.
    element.play().catch(() => {})
  }

  useEffect(() => {
    if (seek !== undefined) jump(seek)
  }, [seek])

  useEffect(() => {
    const items = list.current
    const item = items?.children[current]
    if (items === null || !(item instanceof HTMLElement) || player.current?.paused !== false) return
    items.scrollTo({ top: item.offsetTop - items.clientHeight / 3, behavior: "smooth" })
  }, [current])

  return (
    <section className="panel watch">
      <div className="screen">
        {url === undefined
          ? (
            <div className="gone">
              <p>{t.gone}</p>
              <label className="button">
                {t.choose}
                <input
                  className="unseen"
                  type="file"
                  accept="video/*,audio/*"
                  onChange={({ target }) => target.files?.[0] === undefined ? undefined : onChosen(target.files[0])}
                />
              </label>
            </div>
          )
          : (
            <video
              ref={player}
              className={isVideo ? "picture" : "sound"}
              src={url}
              controls
              playsInline
              onTimeUpdate={({ currentTarget }) => setAt(currentTarget.currentTime)}
            >
              {subtitles === undefined
                ? null
                : (
                  <track
                    key={subtitles}
                    default
                    kind="subtitles"
                    src={subtitles}
                    srcLang={language}
                    label={t.subtitles}
                  />
                )}
            </video>
          )}
      </div>
      <div className="spoken">
        <h2>{t.transcript}</h2>
        <ol ref={list} lang={language} tabIndex={0} aria-label={t.transcript}>
          {sentences.map(({ start, text }, index) => (
            <li key={`${start} ${index}`} aria-current={index === current && url !== undefined ? "true" : undefined}>
              <button
                className="sentence"
                disabled={url === undefined}
                onClick={() =>
                  jump(start)}
              >
                <time>{clock(start)}</time>
                <span>{text}</span>
              </button>
            </li>
          ))}
        </ol>
      </div>
    </section>
  )
}
