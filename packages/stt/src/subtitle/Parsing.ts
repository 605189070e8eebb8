/** Subtitle files, as their writers write them: WebVTT first, then SubRip read leniently. */
import type { Sentence } from "../enrichment/Version.ts"

const time = String.raw`(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?`
const timing = new RegExp(String.raw`^\s*${time}\s*-->\s*${time}(?:\s|$)`)

const seconds = (hours = "0", minutes = "0", rest = "0", fraction = "0"): number => {
  const whole = Number(hours) * 3600 + Number(minutes) * 60 + Number(rest) + Number(`0.${fraction}`)
  return Math.round(whole * 100) / 100
}

// A tag does not hold the beginning of another: one that never ends would be searched for its end again from each.
const withoutTags = (text: string): string =>
  text.replace(/<[^<>]+>/g, "").replace(/\{\\[^{}]*\}/g, "")
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&nbsp;", " ").replaceAll("&amp;", "&").trim()

/** Blocks are separated by blank lines; in each, what stands before the timing is its number or name. */
const cues = (lines: ReadonlyArray<string>): ReadonlyArray<Sentence> => {
  const found: Array<Sentence> = []
  for (let index = 0; index < lines.length; index++) {
    const match = timing.exec(lines[index]!)
    if (match === null) continue
    const text: Array<string> = []
    while (index + 1 < lines.length && lines[index + 1]!.trim() !== "" && !timing.test(lines[index + 1]!)) {
      text.push(lines[++index]!)
    }
    // Without a blank line between them, the number of the next cue ends this one.
    if (index + 1 < lines.length && timing.test(lines[index + 1]!) && /^\d+$/.test(text.at(-1)?.trim() ?? "")) {
      text.pop()
    }
    const [, h1, m1, s1, f1, h2, m2, s2, f2] = match
    const spoken = withoutTags(text.join(" ").replace(/\s+/g, " "))
    if (spoken !== "") found.push({ start: seconds(h1, m1, s1, f1), end: seconds(h2, m2, s2, f2), text: spoken })
  }
  return found
}

/** A note may contain anything, timings included. */
const withoutNotes = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  let skipping = false
  return lines.filter((line, index) => {
    const begins = lines[index - 1]?.trim() === "" && /^(?:NOTE|STYLE|REGION)(?:\s|$)/.test(line)
    skipping = begins || (skipping && line.trim() !== "")
    return !skipping
  })
}

/** Undefined when there is no cue in it. */
export const parse = (text: string): ReadonlyArray<Sentence> | undefined => {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/)
  const isWebVtt = /^WEBVTT(?:\s|$)/.test(lines[0] ?? "")
  const found = cues(isWebVtt ? withoutNotes(lines) : lines)
  return found.length === 0 ? undefined : found
}

/** As the original joins them. */
export const textOf = (sentences: ReadonlyArray<Sentence>): string => sentences.map(({ text }) => ` ${text}`).join("")
