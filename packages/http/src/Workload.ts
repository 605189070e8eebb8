/** What a request says of the work that it is, as far as its head and the known fields of its body tell. */
import type { Endpoint } from "@aiguilleur/backends/Endpoint"
import type { Work } from "@aiguilleur/core/Work"
import type { Passage } from "./Passage.ts"

type Endpoints = ReadonlySet<Endpoint | undefined>

const free: Endpoints = new Set<Endpoint>(["tokenize", "detokenize", "countTokens", "ollamaShow"])

/** Asks the model for no work: it costs nothing, and what it counts was computed by nobody. */
export const isFree = ({ endpoint }: Passage): boolean => free.has(endpoint)

/** Their answers are numbers, not words: all is read, and nothing written. */
const onlyRead: Endpoints = new Set<Endpoint>(["embeddings", "rerank", "score", "pooling", "classify", "ollamaEmbed"])

const nothing: Work = { promptBytes: 0, maxTokens: 0 }

export const workOf = (passage: Passage): Work => {
  const { audio, scanned: { length, maxTokens, n } } = passage.body!
  if (audio !== undefined) return { seconds: audio }
  if (isFree(passage)) return nothing
  const most = onlyRead.has(passage.endpoint) ? 0 : maxTokens
  const work: { -readonly [Name in keyof Work]: Work[Name] } = { promptBytes: length }
  if (most !== undefined) work.maxTokens = most
  if (n !== undefined) work.answers = n
  return work
}
