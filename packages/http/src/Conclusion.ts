/** How a request ended, once nothing more can happen to it. */
import type { Passage } from "./Passage.ts"
import type { Attempt, EndedRequest, Ending } from "./UsageLog.ts"

interface Ended {
  readonly ending: Ending
  readonly reason: string | undefined
}

const ofAttempt = ({ outcome }: Attempt, error: string | undefined): Ended => {
  switch (outcome) {
    case "Served":
      return { ending: "released", reason: undefined }
    // The engine's own refusal was passed on: it was served, and nobody but the caller can do better.
    case "Client":
      return { ending: "released", reason: outcome }
    case "Broken":
    case "Expired":
      return { ending: "failed", reason: error ?? outcome }
    default:
      return error === undefined ? { ending: "withdrawn", reason: undefined } : { ending: "failed", reason: error }
  }
}

const endingOf = ({ attempts, failure, request }: Passage, error: string | undefined): Ended => {
  if (failure !== undefined) return { ending: failure.ending, reason: failure.reason._tag }
  const last = attempts.at(-1)
  if (last !== undefined) return ofAttempt(last, error)
  if (error === undefined) return { ending: "withdrawn", reason: undefined }
  return { ending: request === undefined ? "refused" : "failed", reason: error }
}

/** Undefined for a request that did not get as far as naming a model under a known key. */
export const conclude = (passage: Passage): EndedRequest | undefined => {
  const { downstream, entry, headers } = passage
  const scanned = passage.body?.scanned
  if (entry === undefined || scanned?.model === undefined) return undefined
  const trace = headers["traceparent"]
  return {
    requestId: downstream.requestId,
    path: passage.path,
    stream: scanned.stream,
    key: entry,
    asked: scanned.model,
    model: passage.model,
    ticket: passage.request,
    arrivedAt: passage.arrivedAt,
    firstByteAt: passage.firstByteAt,
    finishedAt: passage.instant(),
    attempts: passage.attempts,
    ...endingOf(passage, downstream.failedWith),
    status: downstream.status,
    trace: typeof trace === "string" ? trace : undefined
  }
}
