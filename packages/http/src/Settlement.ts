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
  const { length, stream } = body!.scanned
  return stream ? Math.ceil(length / 4) : undefined
}

const free: ReadonlySet<Endpoint> = new Set(["tokenize", "detokenize", "countTokens", "ollamaShow"])

/** Asks the model for no work: it costs nothing, and what it counts was computed by nobody. */
export const isFree = ({ endpoint }: Passage): boolean => endpoint !== undefined && free.has(endpoint)

export const settle = (passage: Passage, lease: Lease, ended: Ended): void => {
  const { outcome } = ended
  const tokens = isFree(passage) ? noTokens : ended.tokens
  const prompt = isFree(passage) ? undefined : promptOf(passage, ended)
  // Where nothing is known, the dispatcher keeps to its estimate, or to nothing for work that was refused.
  if (prompt !== undefined || tokens.completion !== undefined) {
    lease.charge((prompt ?? 0) + 2 * (tokens.completion ?? 0))
  }
  passage.attempts.push({
    lease,
    outcome: outcome._tag,
    status: ended.status,
    promptTokens: prompt,
    completionTokens: tokens.completion,
    reported: tokens.reported,
    ttft: ended.ttft,
    duration: ended.duration
  })
}
