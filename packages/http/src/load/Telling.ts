/** What an endpoint tells of the way of a request, in the headers that Aiguilleur adds; others tell nothing. */
import type { Line } from "@aiguilleur/lab/world/Ledger"

export type Headers = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

const valueOf = (headers: Headers, name: string): string | undefined => {
  const value = headers[name]
  return typeof value === "string" ? value : value?.[0]
}

/** Once the head of an answer is there. Whether it told how long the request waited. */
export const note = (line: Line, headers: Headers, origin: string): boolean => {
  const waited = valueOf(headers, "x-aiguilleur-queue-ms")
  line.server = valueOf(headers, "x-aiguilleur-server") ?? origin
  line.waited = Number(waited ?? 0)
  line.requeues = Number(valueOf(headers, "x-aiguilleur-requeues") ?? 0)
  return waited !== undefined
}

/** Of an endpoint that tells, a request without a head has waited all the time. */
export const noteUnanswered = (lines: ReadonlyArray<Line>, until: number): void => {
  for (const line of lines) {
    if (line.server !== undefined || (line.ending !== "unfinished" && line.ending !== "withdrawn")) continue
    line.waited = (line.endedAt ?? until) - line.arrivedAt
    line.requeues = 1
  }
}
