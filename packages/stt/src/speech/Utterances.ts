/** Words as they come, in the segments that a person reads: a sentence each, as far as punctuation and pauses tell. */
import type { Segment, Word } from "./SpeechEngine.ts"

/** Titles and the like, whose point ends nothing. */
const abbreviation = /^\s*(?:mr|mrs|ms|dr|prof|st|mm?|mme|mlle|cf|ex|p|no|vs|etc|[a-z])\.$/i

const endsSentence = (text: string): boolean => /[.!?…。！？]["'»”)]*$/.test(text.trim()) && !abbreviation.test(text)

/** Seconds without a word that end a segment, and its length at most. */
const pause = 1.2
const longest = 20

/** Parts of words are put together: a new word begins with a space. */
const whole = (parts: ReadonlyArray<Word>): ReadonlyArray<Word> => {
  const words: Array<{ start: number; end: number; text: string }> = []
  for (const { end, start, text } of parts) {
    if (text.trim() === "") continue
    const last = words.at(-1)
    if (last !== undefined && !/^\s/.test(text)) {
      last.text += text
      last.end = Math.max(last.end, end)
    } else words.push({ start, end, text })
  }
  return words
}

export const segments = (parts: ReadonlyArray<Word>): ReadonlyArray<Segment> => {
  const made: Array<Segment> = []
  let current: Array<Word> = []
  const close = () => {
    const [first] = current
    if (first === undefined) return
    const text = current.map((word) => word.text).join("").trim()
    made.push({ start: first.start, end: current.at(-1)!.end, text, words: current })
    current = []
  }
  for (const word of whole(parts)) {
    const last = current.at(-1)
    if (last !== undefined && (word.start - last.end > pause || word.end - current[0]!.start > longest)) close()
    current.push(word)
    if (endsSentence(word.text)) close()
  }
  close()
  return made
}
