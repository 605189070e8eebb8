/** What an engine says that it heard, made true: times that rise and stay inside, text that is text, a language's code. */
import { Option, Schema } from "effect"
import * as Language from "../enrichment/Language.ts"
import type { Heard, Segment, Word } from "./SpeechEngine.ts"

const Seconds = Schema.optionalKey(Schema.NullOr(Schema.Finite))
const Text = Schema.optionalKey(Schema.NullOr(Schema.String))

const SaidWord = Schema.Struct({ word: Text, text: Text, start: Seconds, end: Seconds })

/** OpenAI's `verbose_json`, as loosely as servers write it. */
const Verbose = Schema.Struct({
  language: Text,
  text: Text,
  segments: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.Struct({
    start: Seconds,
    end: Seconds,
    text: Text,
    words: Schema.optionalKey(Schema.NullOr(Schema.Array(SaidWord)))
  })))),
  words: Schema.optionalKey(Schema.NullOr(Schema.Array(SaidWord)))
})

const decode = Schema.decodeUnknownOption(Verbose)

type Said = typeof SaidWord.Type

/** What Whisper writes of sounds that are no speech. */
const noise = /^\s*(?:[[(*♪♫][^\])*♪♫]*[\])*♪♫]\s*)+$/

const isSpeech = (text: string): boolean => /[\p{L}\p{N}]/u.test(text) && !noise.test(text)

const wordsOf = (said: ReadonlyArray<Said> | null | undefined): ReadonlyArray<Word> =>
  (said ?? []).flatMap(({ end, start, text, word }) => {
    const spoken = word ?? text ?? ""
    return spoken.trim() === "" || typeof start !== "number" ? [] : [{ start, end: end ?? start, text: spoken }]
  })

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most)

const round = (seconds: number): number => Math.round(seconds * 1000) / 1000

/** Times never go back, never leave the piece, and never end before they begin. */
const ordered = <T extends Word>(items: ReadonlyArray<T>, from: number, to: number): ReadonlyArray<T> => {
  let last = from
  return items.map((item) => {
    const start = round(clamp(item.start, last, to))
    const end = round(clamp(item.end, start, to))
    last = start
    return { ...item, start, end }
  })
}

/** A segment ends where the next one begins, if the engine lets them overlap. */
const apart = (segments: ReadonlyArray<Segment>): ReadonlyArray<Segment> =>
  segments.map((segment, index) => {
    const next = segments[index + 1]
    return next === undefined || segment.end <= next.start
      ? segment
      : { ...segment, end: Math.max(segment.start, next.start) }
  })

const withWords = (segment: Segment, words: ReadonlyArray<Word>): Segment =>
  words.length === 0 ? segment : { ...segment, words: ordered(words, segment.start, segment.end) }

/** Whisper's loops: the same sentence again and again where nothing is said. */
const withoutLoops = (segments: ReadonlyArray<Segment>): ReadonlyArray<Segment> =>
  segments.filter(({ text }, index) =>
    index < 2 || text.trim() !== segments[index - 1]!.text.trim() || text.trim() !== segments[index - 2]!.text.trim()
  )

/** `seconds`: how long the piece is. */
export const clean = (language: string | null, segments: ReadonlyArray<Segment>, seconds: number): Heard => ({
  language: Language.normalise(language),
  segments: apart(ordered(withoutLoops(segments.filter(({ text }) => isSpeech(text))), 0, seconds)).map((segment) =>
    withWords({ start: segment.start, end: segment.end, text: segment.text.trim() }, segment.words ?? [])
  )
})

/** Undefined when it is no answer of a transcription at all. */
export const read = (answer: unknown, seconds: number): Heard | undefined => {
  const verbose = Option.getOrUndefined(decode(answer))
  if (verbose === undefined) return undefined
  const { language = null, segments, text } = verbose
  if (segments === undefined || segments === null) {
    if (typeof text !== "string") return undefined
    return clean(language, [{ start: 0, end: seconds, text }], seconds)
  }
  const all = wordsOf(verbose.words)
  const found = segments.flatMap(({ end, start, text, words }): ReadonlyArray<Segment> => {
    if (typeof text !== "string") return []
    const from = start ?? 0
    const to = end ?? seconds
    const own = wordsOf(words)
    // Words of the whole answer belong to the segment in which their middle lies.
    const inside = own.length > 0 ? own : all.filter((word) => {
      const middle = (word.start + word.end) / 2
      return middle >= from && middle < to
    })
    return [{ start: from, end: to, text, ...(inside.length === 0 ? {} : { words: inside }) }]
  })
  return clean(language, found, seconds)
}
