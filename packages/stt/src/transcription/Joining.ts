/** The pieces of a recording as one transcript: absolute times, and sentences that a cut went through made whole. */
import type { Chunk } from "../audio/Chunking.ts"
import type { Sentence } from "../enrichment/Version.ts"
import type { Heard, Segment } from "../speech/SpeechEngine.ts"

/** Seconds between two halves of a sentence at most, and of a sentence that was put together. */
const nearest = 0.8
const longest = 25

const round = (seconds: number): number => Math.round(seconds * 1000) / 1000

const moved = ({ end, start, text, words }: Segment, by: number): Sentence => ({
  start: round(start + by),
  end: round(end + by),
  text,
  ...(words === undefined
    ? {}
    : { words: words.map((word) => ({ start: round(word.start + by), end: round(word.end + by), text: word.text })) })
})

const isOpen = ({ text }: Sentence): boolean => !/[.!?…。！？]["'»”)]*$/.test(text.trim())

const belongs = (one: Sentence, other: Sentence): boolean =>
  isOpen(one) && other.start - one.end <= nearest && other.end - one.start <= longest
  && (one.words === undefined) === (other.words === undefined)

const both = (one: Sentence, other: Sentence): Sentence => ({
  start: one.start,
  end: other.end,
  text: `${one.text} ${other.text}`,
  ...(one.words === undefined || other.words === undefined ? {} : {
    words: [
      ...one.words,
      ...other.words.map((word, index) =>
        index === 0 && one.words!.some(({ text }) => /^\s/.test(text)) && !/^\s/.test(word.text)
          ? { ...word, text: ` ${word.text}` }
          : word
      )
    ]
  })
})

/** In the order of the recording; only the first segment of a piece can go on with the last one of another. */
export const join = (
  pieces: ReadonlyArray<{ readonly chunk: Chunk; readonly heard: Heard }>
): ReadonlyArray<Sentence> => {
  const made: Array<Sentence> = []
  for (const { chunk, heard } of pieces) {
    for (const [index, segment] of heard.segments.entries()) {
      const sentence = moved(segment, chunk.start)
      const last = made.at(-1)
      if (index === 0 && last !== undefined && belongs(last, sentence)) made[made.length - 1] = both(last, sentence)
      else made.push(sentence)
    }
  }
  return made
}

/** As the contract joins them. */
export const textOf = (sentences: ReadonlyArray<Sentence>): string => sentences.map(({ text }) => ` ${text}`).join("")
