/** What one attempt cost: told to the lease, and noted for when the request has ended. */
import type { Lease } from "@aiguilleur/core/Lease"
import { isRetriable, type Outcome } from "@aiguilleur/core/Outcome"
import type { Usage } from "@aiguilleur/core/Work"
import { noTokens, type Tokens } from "./Answer.ts"
import type { Passage } from "./Passage.ts"
import { isFree } from "./Workload.ts"

export interface Ended {
  readonly outcome: Outcome
  readonly tokens: Tokens
  /** Something of the answer reached the client. */
  readonly begun: boolean
  /** The request had been sent when it ended. */
  readonly sent: boolean
  readonly status: number | undefined
  readonly ttft: number | undefined
  /** Milliseconds since sending. */
  readonly duration: number
}

/** An engine that refused or failed did no work for anybody; one that its client left in the midst of it did. */
const hasWorked = ({ outcome, sent, tokens }: Ended): boolean =>
  tokens.prompt !== undefined || tokens.seconds !== undefined ||
  (sent && !isRetriable(outcome) && outcome._tag !== "Client")

const nothing: Usage = { promptTokens: 0, outputTokens: 0, reported: false }

/** What it does not say, the dispatcher puts in at its estimate. */
const usageOf = ({ body }: Passage, { tokens }: Ended): Usage => {
  const { audio, scanned } = body!
  const words = audio === undefined
    // A stream without a single event has written nothing; an answer in one piece may have been all but ready.
    ? { promptTokens: tokens.prompt, outputTokens: tokens.completion ?? (scanned.stream ? 0 : undefined) }
    : { seconds: tokens.seconds ?? audio }
  return { ...words, reported: tokens.reported, absurd: tokens.absurd }
}

/** Of a stream that was cut, the engine has not said how long its prompt was. */
const promptOf = ({ body }: Passage, { begun, outcome, tokens }: Ended, lease: Lease): number | undefined => {
  if (tokens.prompt !== undefined || !begun || outcome._tag === "Client") return tokens.prompt
  return body!.scanned.stream && body!.audio === undefined ? lease.estimate.prompt : undefined
}

/** The engine's figure, or ours once it has given something for it. */
const secondsOf = ({ body }: Passage, { begun, outcome, tokens }: Ended): number | undefined => {
  const { audio } = body!
  if (audio === undefined) return undefined
  return tokens.seconds ?? (begun && outcome._tag !== "Client" ? audio : undefined)
}

export const settle = (passage: Passage, lease: Lease, ended: Ended): void => {
  const tokens = isFree(passage) ? noTokens : ended.tokens
  if (isFree(passage)) lease.charge(nothing)
  else if (hasWorked(ended)) lease.charge(usageOf(passage, ended))
  passage.attempts.push({
    lease,
    outcome: ended.outcome._tag,
    status: ended.status,
    promptTokens: isFree(passage) ? undefined : promptOf(passage, ended, lease),
    completionTokens: tokens.completion,
    audioSeconds: secondsOf(passage, ended),
    reported: tokens.reported,
    ttft: ended.ttft,
    duration: ended.duration
  })
}
