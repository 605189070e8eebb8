/** A file or an address, and what is to be made of it. */
import type { DragEvent, FormEvent } from "react"
import { useRef, useState } from "react"
import { useLanguage, useTexts } from "../page/Language.tsx"
import { type Api, Refused, type Wish } from "./Api.ts"

const texts = {
  heading: { en: "New transcription", fr: "Nouvelle transcription" },
  drop: { en: "Drop a video, sound or subtitle file here", fr: "Déposez ici une vidéo, un son ou des sous-titres" },
  choose: { en: "Choose a file", fr: "Choisir un fichier" },
  or: { en: "or its address on the web", fr: "ou son adresse sur le web" },
  another: { en: "Another one", fr: "Un autre" },
  spoken: { en: "Spoken language", fr: "Langue parlée" },
  detect: { en: "Detect it", fr: "La reconnaître" },
  translate: { en: "Translate into", fr: "Traduire en" },
  not: { en: "Nothing", fr: "Ne pas traduire" },
  also: { en: "Also write", fr: "Écrire aussi" },
  metadata: { en: "Title, summary and topics", fr: "Titre, résumé et thèmes" },
  quiz: { en: "A quiz", fr: "Un quiz" },
  notes: { en: "Course notes", fr: "Des notes de cours" },
  disciplines: {
    en: "Disciplines to choose from, with commas",
    fr: "Disciplines possibles, séparées par des virgules"
  },
  begin: { en: "Transcribe", fr: "Transcrire" },
  sending: { en: (share: number) => `Sending … ${share} %`, fr: (share: number) => `Envoi … ${share} %` },
  nothing: { en: "Choose a file, or give an address.", fr: "Choisissez un fichier ou donnez une adresse." },
  away: { en: "The service does not answer. Try again.", fr: "Le service ne répond pas. Réessayez." }
}

const spoken = ["fr", "en"]

const scheme = "https://"

const listOf = (text: string): ReadonlyArray<string> =>
  text.split(",").map((item) => item.trim()).filter((item) => item !== "")

interface Props {
  readonly api: Api
  readonly onBegun: (id: string, file: File | undefined) => void
}

export const Wishes = ({ api, onBegun }: Props) => {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const names = new Intl.DisplayNames([language], { type: "language" })
  const [file, setFile] = useState<File | undefined>()
  const [over, setOver] = useState(false)
  const [sent, setSent] = useState<number | undefined>()
  const [problem, setProblem] = useState<string | undefined>()
  const [metadata, setMetadata] = useState(true)
  const input = useRef<HTMLInputElement>(null)

  const dropped = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    setFile(event.dataTransfer.files[0] ?? file)
  }

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string) => String(form.get(name) ?? "").trim()
    const url = text("url")
    if (file === undefined && url === "") return setProblem(t.nothing)
    const disciplines = listOf(text("disciplines"))
    const wish: Wish = {
      language: text("language") || null,
      translateTo: text("translate") || null,
      generateMetadata: form.has("metadata"),
      generateQuiz: form.has("quiz"),
      generateNotes: form.has("notes"),
      disciplines: disciplines.length === 0 ? ["N/A"] : disciplines,
      mediaTypes: ["N/A"]
    }
    setProblem(undefined)
    setSent(0)
    try {
      const id = file === undefined ? await api.byUrl(url, wish) : await api.upload(file, wish, setSent)
      onBegun(id, file)
    } catch (error) {
      setProblem(error instanceof Refused && error.message !== "" ? error.message : t.away)
    } finally {
      setSent(undefined)
    }
  }

  return (
    <form className="panel wishes" onSubmit={(event) => void submit(event)}>
      <h2>{t.heading}</h2>
      <div
        className={over ? "drop over" : "drop"}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={dropped}
      >
        <p>{file === undefined ? t.drop : <strong>{file.name}</strong>}</p>
        <button type="button" onClick={() => input.current?.click()}>
          {file === undefined ? t.choose : t.another}
        </button>
        <input
          ref={input}
          className="unseen"
          type="file"
          tabIndex={-1}
          aria-hidden="true"
          accept="video/*,audio/*,.srt,.vtt"
          onChange={({ target }) => setFile(target.files?.[0] ?? file)}
        />
      </div>
      {file === undefined
        ? (
          <label>
            {t.or}
            <input name="url" type="url" placeholder={scheme} inputMode="url" />
          </label>
        )
        : null}
      <div className="pair">
        <label>
          {t.spoken}
          <select name="language">
            <option value="">{t.detect}</option>
            {spoken.map((code) => <option key={code} value={code}>{names.of(code)}</option>)}
          </select>
        </label>
        <label>
          {t.translate}
          <select name="translate">
            <option value="">{t.not}</option>
            {spoken.map((code) => <option key={code} value={code}>{names.of(code)}</option>)}
          </select>
        </label>
      </div>
      <fieldset>
        <legend>{t.also}</legend>
        <label className="tick">
          <input
            type="checkbox"
            name="metadata"
            checked={metadata}
            onChange={({ target }) => setMetadata(target.checked)}
          />
          {t.metadata}
        </label>
        <label className="tick">
          <input type="checkbox" name="quiz" />
          {t.quiz}
        </label>
        <label className="tick">
          <input type="checkbox" name="notes" />
          {t.notes}
        </label>
      </fieldset>
      {metadata
        ? (
          <label>
            {t.disciplines}
            <input name="disciplines" />
          </label>
        )
        : null}
      {problem === undefined ? null : <p className="problem" role="alert">{problem}</p>}
      <button className="primary" disabled={sent !== undefined}>
        {sent === undefined ? t.begin : t.sending(Math.round(sent * 100))}
      </button>
    </form>
  )
}
