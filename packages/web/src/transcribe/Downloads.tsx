/** The subtitles as files, in each language that there is. */
import { useLanguage, useTexts } from "../page/Language.tsx"
import type { Api } from "./Api.ts"

const texts = {
  heading: { en: "Download", fr: "Télécharger" },
  original: { en: "original", fr: "original" }
}

interface Props {
  readonly api: Api
  readonly job: string
  readonly version: string
  readonly name: string
  /** Short codes; the first is what was spoken. */
  readonly languages: ReadonlyArray<string>
}

const save = (blob: Blob, name: string): void => {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

export const Downloads = ({ api, job, languages, name, version }: Props) => {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const names = new Intl.DisplayNames([language], { type: "language" })
  const stem = name.replace(/\.[^.]*$/, "")
  const download = async (format: string, code: string) =>
    save(await api.subtitles(job, version, format, code), `${stem}${code === "" ? "" : `.${code}`}.${format}`)
  return (
    <section className="panel downloads" aria-label={t.heading}>
      <h2>{t.heading}</h2>
      <ul>
        {languages.flatMap((code) =>
          ["vtt", "srt"].map((format) => (
            <li key={`${code}.${format}`}>
              <button onClick={() => void download(format, code)}>
                {format.toUpperCase()} · {code === "" ? t.original : names.of(code)}
              </button>
            </li>
          ))
        )}
      </ul>
    </section>
  )
}
