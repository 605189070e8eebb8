/** What one attempt cost: told to the lease, and noted for when the request has ended. */
import type { Endpoint } from "@aiguilleur/backends/Endpoint"
import type { Lease } from "@aiguilleur/core/Lease"
import type { Outcome } from "@aiguilleur/core/Outcome"
import { noTokens, type Tokens } from "./Answer.ts"
import type { Passage } from "./Passage.ts"

export interface Ended {
  readonly outcome: Outcome
  readonly tokens: Tokens
  /** Something of the answer reached the client. */
  readonly begun: boolean
  readonly status: number | undefined
  readonly ttft: number | undefined
  /** Milliseconds since sending. */
  readonly duration: number
}

/** Of a stream that was cut, the engine has not said how long its prompt was: about four bytes to a token. */
const promptOf = ({ body }: Passage, { begun, outcome, tokens }: Ended): number | undefined => {
  if (tokens.prompt !== undefined || !begun || outcome._tag === "Client") return tokens.prompt
  const { audio, scanned: { length, stream } } = body!
  return stream && audio === undefined ? Math.ceil(length / 4) : undefined
}

/** The engine's figure, or ours once it has given something for it. */
const secondsOf = ({ body }: Passage, { begun, outcome, tokens }: Ended): number | undefined => {
  const { audio } = body!
  if (audio === undefined) return undefined
  return tokens.seconds ?? (begun && outcome._tag !== "Client" ? audio : undefined)
}

const free: ReadonlySet<Endpoint | undefined> = new Set<Endpoint>([
  "tokenize",
  "detokenize",
  "countTokens",
  "ollamaShow"
])

/** Asks the model for no work: it costs nothing, and what it counts was computed by nobody. */
const isFree = ({ endpoint }: Passage): boolean => free.has(endpoint)

/** What it will cost, where that is known before it is done. */
export const estimateOf = (passage: Passage, secondCost: number): number | undefined => {
  const audio = passage.body!.audio
  return audio === undefined ? (isFree(passage) ? 0 : undefined) : audio * secondCost
}

const costOf = (
  seconds: number | undefined,
  prompt: number | undefined,
  completion: number | undefined,
  secondCost: number
) => {
  if (seconds !== undefined) return seconds * secondCost
  return prompt === undefined && completion === undefined ? undefined : (prompt ?? 0) + 2 * (completion ?? 0)
}

export const settle = (passage: Passage, lease: Lease, secondCost: number, ended: Ended): void => {
  const tokens = isFree(passage) ? noTokens : ended.tokens
  const prompt = isFree(passage) ? undefined : promptOf(passage, ended)
  const seconds = secondsOf(passage, ended)
  const cost = costOf(seconds, prompt, tokens.completion, secondCost)
  // Where nothing is known, the dispatcher keeps to its estimate, or to nothing for work that was refused.
  if (cost !== undefined) lease.charge(cost)
  passage.attempts.push({
    lease,
    outcome: ended.outcome._tag,
    status: ended.status,
    promptTokens: prompt,
    completionTokens: tokens.completion,
    audioSeconds: seconds,
    reported: tokens.reported,
    ttft: ended.ttft,
    duration: ended.duration
  })
}
