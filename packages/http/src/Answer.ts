/** What the relay and the two shapes of an engine's answer know of each other. */
import type { Backend, Rewrite } from "@aiguilleur/core/Backend"
import type { Lease } from "@aiguilleur/core/Lease"
import type { Outcome } from "@aiguilleur/core/Outcome"
import type { Received } from "./ForwardedHead.ts"
import type { OpenAiError } from "./OpenAiError.ts"
import type { Passage } from "./Passage.ts"

/** One attempt, as an answer sees it. */
export interface Exchange {
  readonly passage: Passage
  readonly lease: Lease
  readonly backend: Backend
  readonly rewrite: Rewrite
  /** Bytes of an answer that are held back until its end. */
  readonly withheld: number
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Sends the head: from here on nothing can be retried. */
  readonly begin: (events: boolean, status: number, headers: Received, length: number | undefined) => void
  readonly write: (bytes: Buffer) => void
  /** The first data event of a successful stream came. */
  readonly firstData: () => void
  /** Ends the attempt. */
  readonly finish: (outcome: Outcome) => void
  /**
   * Ends the attempt before its answer: the connection is not to be used again. `refusal` is what the client is told
   * if this was the last.
   */
  readonly abort: (outcome: Outcome, refusal?: OpenAiError) => void
}

/** Tokens to settle with. */
export interface Tokens {
  readonly prompt: number | undefined
  readonly completion: number | undefined
  /** Of audio, where the engine counts those. */
  readonly seconds?: number | undefined
  /** The engine gave both figures, in an answer that was complete. */
  readonly reported: boolean
  /** It gave figures that cannot be meant, and that were left out. */
  readonly absurd: boolean
}

export const noTokens: Tokens = { prompt: undefined, completion: undefined, reported: false, absurd: false }

export interface Answer {
  /** Something of it has reached the client. */
  readonly begun: boolean
  /** All that its client waits for has passed, whatever becomes of the connection now. */
  readonly over: boolean
  readonly data: (chunk: Buffer) => void
  readonly end: () => void
  readonly tokens: (complete: boolean) => Tokens
}
