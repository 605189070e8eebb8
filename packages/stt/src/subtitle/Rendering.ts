/** Sentences as SubRip or WebVTT. */
import type { Sentence } from "../enrichment/Version.ts"

export type Format = "srt" | "vtt"

interface Cue {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** A cue that is longer ends at the next word that is no continuation. */
const longest = 12

/** Words of some engines carry their leading space, others have none. */
const joined = (text: string, word: string): string =>
  text === "" || /^[\s'’,.;:!?)\]-]/.test(word) || /['’([-]$/.test(text) ? text + word : `${text} ${word}`

const cuesOf = (sentence: Sentence): ReadonlyArray<Cue> => {
  const words = sentence.words ?? []
  if (words.length === 0) return [{ start: sentence.start, end: sentence.end, text: sentence.text.trim() }]
  const spaced = words.slice(1).some(({ text }) => /^\s/.test(text))
  const cues: Array<Cue> = []
  let text = ""
  let first = 0
  for (const [index, word] of words.entries()) {
    text = text === "" ? word.text.trimStart() : spaced ? text + word.text : joined(text, word.text)
    const next = words[index + 1]
    const full = index - first + 1 > longest && next !== undefined && !/^\s*['’]/.test(next.text)
    if (next !== undefined && !full && !word.text.trimEnd().endsWith(".")) continue
    cues.push({ start: words[first]!.start, end: word.end, text: text.trim() })
    text = ""
    first = index + 1
  }
  return cues
}

const two = (value: number): string => String(value).padStart(2, "0")

const stamp = (seconds: number, separator: "," | "."): string => {
  const millis = Math.max(0, Math.round(seconds * 1000))
  const whole = Math.floor(millis / 1000)
  const clock = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60].map(two).join(":")
  return `${clock}${separator}${String(millis % 1000).padStart(3, "0")}`
}

export const render = (sentences: ReadonlyArray<Sentence>, format: Format): string => {
  const separator = format === "srt" ? "," : "."
  const cues = sentences.flatMap(cuesOf).map(({ end, start, text }, index) => {
    const timing = `${stamp(start, separator)} --> ${stamp(end, separator)}\n${text}\n\n`
    return format === "srt" ? `${index + 1}\n${timing}` : timing
  })
  return `${format === "vtt" ? "WEBVTT\n\n" : ""}${cues.join("")}`
}

export const formats: { readonly [F in Format]: string } = {
  srt: "text/plain; charset=utf-8",
  vtt: "text/vtt; charset=utf-8"
}
