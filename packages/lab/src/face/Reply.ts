/** Short answers, written at once. */
import type { ServerResponse } from "node:http"
import type { Fault } from "./Fault.ts"
import * as Refusal from "./Refusal.ts"

export const text = (response: ServerResponse, status: number, type: string, body: string): void => {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) })
  response.end(body)
}

export const json = (response: ServerResponse, body: unknown, status = 200): void =>
  text(response, status, "application/json", JSON.stringify(body))

export const metricsType = "text/plain; version=0.0.4; charset=utf-8"

/** Writes a refusal in the form of one engine. */
export type Words = (refusal: Refusal.Refusal) => string

export const refuse = (response: ServerResponse, refusal: Refusal.Refusal, words: Words): void => {
  const body = words(refusal)
  text(response, refusal.status, body.startsWith("{") ? "application/json" : "text/plain", body)
}

/** `answered` with a status; `ended` without; `open`, for as long as the client stays. */
export type Misfortune = "answered" | "ended" | "open"

/** A fault that strikes before there is anything to say; undefined when the request goes on. */
export const misfortune = (
  response: ServerResponse,
  fault: Fault,
  model: string,
  words: Words
): Misfortune | undefined => {
  if (fault.close === true) {
    response.socket?.destroy()
    return "ended"
  }
  if (fault.reset === true) {
    response.socket?.resetAndDestroy()
    return "ended"
  }
  if (fault.hang === true) return "open"
  if (fault.headersThenClose === true || fault.headersThenStall === true) {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" })
    response.flushHeaders()
    if (fault.headersThenStall === true) return "open"
    response.socket?.destroySoon()
    return "ended"
  }
  if (fault.unknownModel === true) {
    refuse(response, Refusal.unknownModel(model), words)
    return "answered"
  }
  if (fault.status === undefined) return undefined
  if (fault.retryAfter !== undefined) response.setHeader("retry-after", String(fault.retryAfter))
  refuse(response, Refusal.simulated(fault.status), words)
  return "answered"
}
