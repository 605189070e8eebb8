/** What the matrix has to answer for: every fault at every moment, for every kind of request; or why there is nothing to ask. */
import type { Mode, Moment } from "./Column.ts"

/** In the order of the page. What a row is about beside these, it says itself. */
export const faults = [
  "the client leaves",
  "refused",
  "TLS",
  "DNS",
  "reset",
  "a reused socket is reset",
  "500, 502, 504",
  "429 with Retry-After",
  "429 without Retry-After",
  "503, 529",
  "401, 403",
  "unknown model",
  "invalid JSON",
  "wrong content type",
  "headers only",
  "stall",
  "slow drip",
  "cut inside an event",
  "cut between events",
  "cut before [DONE]",
  "oversize",
  "kill -9",
  "SIGSTOP",
  "a prompt that crashes every server"
] as const
export type Fault = typeof faults[number]

/** A reason for a moment, or for some kinds of request at that moment. */
export type Senseless = string | Partial<Readonly<Record<Mode, string>>>

const unasked = "no server has been asked yet"
const unconnected = "nothing can be answered before there is a connection"
const connected = "there is a connection already"
const headGone = "status and headers have passed; what an engine can still say is an error event, which is a row"
const over = "the answer is complete, and what comes after it belongs to no request"
const eventless = "an answer in one piece has no events"

/** What a status or a head says, it says once. */
const ofHead = {
  waiting: unasked,
  connecting: unconnected,
  "in the middle": headGone,
  "after the last byte": over
} as const

const ofConnecting = {
  waiting:
    "no connection is made for a request that waits; a server that goes away meanwhile fails its health check, which is a row",
  "before the first byte": connected,
  "in the middle": connected,
  "after the last byte": connected
} as const

export const senseless: Readonly<Record<Fault, Partial<Readonly<Record<Moment, Senseless>>>>> = {
  "the client leaves": {},
  refused: ofConnecting,
  TLS: ofConnecting,
  DNS: ofConnecting,
  reset: { waiting: unasked, connecting: "a reset in answer to a connection is a refusal, which is a row" },
  "a reused socket is reset": {
    waiting: unasked,
    connecting: "a reused socket is connected",
    "in the middle": "once a byte has come it is a reset like any other",
    "after the last byte": "it is a reset like any other; the request that comes next is the row before the first byte"
  },
  "500, 502, 504": ofHead,
  "429 with Retry-After": ofHead,
  "429 without Retry-After": ofHead,
  "503, 529": ofHead,
  "401, 403": ofHead,
  "unknown model": ofHead,
  "invalid JSON": {
    waiting: unasked,
    connecting: unconnected,
    "in the middle": { answer: "an answer is one text: it is the row before the first byte" },
    "after the last byte": over
  },
  "wrong content type": ofHead,
  "headers only": ofHead,
  stall: { waiting: unasked },
  "slow drip": { waiting: unasked, connecting: unconnected, "after the last byte": over },
  "cut inside an event": {
    waiting: unasked,
    connecting: unconnected,
    "before the first byte": { answer: eventless },
    "in the middle": { answer: `${eventless}: wherever it is cut, it is the row of the reset` },
    "after the last byte": over
  },
  "cut between events": {
    waiting: unasked,
    connecting: unconnected,
    "before the first byte": "before the first event it is a head without a body, which is a row",
    "in the middle": { answer: `${eventless}: wherever it is cut, it is the row of the reset` },
    "after the last byte": { answer: eventless }
  },
  "cut before [DONE]": {
    waiting: unasked,
    connecting: unconnected,
    "before the first byte": "nothing but [DONE] is a stream without an event, which is a row",
    "in the middle": { answer: eventless },
    "after the last byte": "[DONE] has passed"
  },
  oversize: {
    waiting: unasked,
    connecting: unconnected,
    "before the first byte": {
      answer: "an answer in one piece may be of any size: it is relayed as it comes once it is too large to hold back"
    },
    "after the last byte": over
  },
  "kill -9": { connecting: "a port that nobody listens on refuses, which is a row" },
  SIGSTOP: {
    waiting: "a process that stands still is met when it is asked, which is the row before the first byte",
    connecting: "the system accepts connections for a process that stands still",
    "after the last byte": "it is met by the request that comes next, which is the row before the first byte"
  },
  "a prompt that crashes every server": {
    waiting: unasked,
    connecting: "the prompt has not been sent yet",
    "in the middle": "what has begun is never retried, so that one server is all it crashes: the row of kill -9",
    "after the last byte": "the prompt has been answered"
  }
}

export const reasonFor = (fault: Fault, moment: Moment, mode: Mode): string | undefined => {
  const reason = senseless[fault][moment]
  return typeof reason === "string" ? reason : reason?.[mode]
}
