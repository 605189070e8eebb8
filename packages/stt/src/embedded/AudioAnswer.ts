/** A transcript in the formats of OpenAI's API of audio. */
import type { Sentence } from "../enrichment/Version.ts"
import * as Rendering from "../subtitle/Rendering.ts"
import type { Transcribed } from "../transcription/Transcribing.ts"

export const formats = ["json", "text", "srt", "vtt", "verbose_json"] as const
export type AudioFormat = (typeof formats)[number]

export const isFormat = (text: string): text is AudioFormat => (formats as ReadonlyArray<string>).includes(text)

export interface Answer {
  readonly body: string
  readonly type: string
}

const names = new Intl.DisplayNames(["en"], { type: "language" })

/** As OpenAI says it: `french`. */
const nameOf = (language: string | null): string => {
  try {
    return language === null ? "unknown" : names.of(language)?.toLowerCase() ?? language
  } catch {
    return language ?? "unknown"
  }
}

const wordsOf = (sentences: ReadonlyArray<Sentence>) =>
  sentences.flatMap(({ words }) => (words ?? []).map(({ end, start, text }) => ({ word: text.trim(), start, end })))

const json = (value: unknown): Answer => ({ body: JSON.stringify(value), type: "application/json" })

export const answer = (
  format: AudioFormat,
  { language, sentences }: Transcribed,
  task: string,
  duration: number
): Answer => {
  const text = sentences.map((sentence) => sentence.text).join(" ")
  const usage = { type: "duration", seconds: Math.ceil(duration) }
  switch (format) {
    case "json":
      return json({ text, usage })
    case "text":
      return { body: `${text}\n`, type: "text/plain; charset=utf-8" }
    case "srt":
    case "vtt":
      return { body: Rendering.render(sentences, format), type: Rendering.formats[format] }
    case "verbose_json":
      return json({
        task,
        language: nameOf(language),
        duration,
        text,
        segments: sentences.map(({ end, start, text }, id) => ({ id, seek: 0, start, end, text: ` ${text}` })),
        words: wordsOf(sentences),
        usage
      })
  }
}
