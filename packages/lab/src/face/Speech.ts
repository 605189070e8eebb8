/** What the simulated engine says: the same words for the same number of tokens, recognisable at sight. */

// the dash is three bytes long, so that a relay which cuts bytes anywhere is seen to mend them
const opening = ["This ", "is ", "a ", "simulated ", "answer ", "— "]

/** The text of the n-th token of any answer, from 1. */
export const token = (n: number): string => opening[n - 1] ?? `word-${n} `

/** A whole answer of so many tokens. */
export const say = (tokens: number): string => {
  let text = ""
  for (let n = 1; n <= tokens; n++) text += token(n)
  return text
}

/** The n-th of so many fragments of a tool call's arguments; together they are a JSON object. */
export const argument = (n: number, tokens: number): string => {
  if (tokens === 1) return "{}"
  if (n === 1) return `{"simulated": "`
  return n === tokens ? `"}` : token(n - 1)
}

export const sayArguments = (tokens: number): string => {
  let text = ""
  for (let n = 1; n <= tokens; n++) text += argument(n, tokens)
  return text
}

/** In a prompt: answer with a call of the first tool offered. */
export const toolMarker = "simulate:tool-call"

/** In a prompt: always answer 500. */
export const poisonMarker = "simulate:poison"

/** Real tokenisers come to about that in English. */
export const tokenBytes = 4

/** Tokens of a text: a quarter of its UTF-8 bytes, rounded up. */
export const countTokens = (text: string): number => Math.max(1, Math.ceil(Buffer.byteLength(text) / tokenBytes))
