/** A long transcript in pieces that a model takes at once, each sentence with the number by which it can be pointed at. */
import type { Sentence } from "../enrichment/Version.ts"
import { tokensOf } from "./ChatModel.ts"

export interface Numbered {
  /** From 1. */
  readonly number: number
  readonly sentence: Sentence
}

export const numbered = (sentences: ReadonlyArray<Sentence>): ReadonlyArray<Numbered> =>
  sentences.map((sentence, index) => ({ number: index + 1, sentence }))

export const line = ({ number, sentence }: Numbered): string => `[${number}] ${sentence.text.trim()}`

/** A sentence that is too long by itself is cut rather than left out. */
const cut = (item: Numbered, tokens: number): Numbered => {
  const { text } = item.sentence
  return tokensOf(text) <= tokens ? item : { ...item, sentence: { ...item.sentence, text: text.slice(0, tokens * 2) } }
}

/** In order, each of so many tokens at most. */
export const windows = (items: ReadonlyArray<Numbered>, tokens: number): ReadonlyArray<ReadonlyArray<Numbered>> => {
  const made: Array<Array<Numbered>> = []
  let left = 0
  for (const whole of items) {
    const item = cut(whole, tokens - 10)
    const cost = tokensOf(line(item)) + 1
    if (made.length === 0 || cost > left) {
      made.push([])
      left = tokens
    }
    made.at(-1)!.push(item)
    left -= cost
  }
  return made
}

export const textOf = (items: ReadonlyArray<Numbered>): string => items.map(line).join("\n")
