/** What answers and health checks do to a server, sentence by sentence of DESIGN §3.5. */
import type { PairRecord, ServerRecord } from "./Records.ts"

const double = (last: number): number => Math.min(30_000, last === 0 ? 1_000 : last * 2)

export const isEjected = ({ ejection }: ServerRecord, now: number): boolean =>
  ejection !== undefined && now < ejection.until

export const isHalfOpen = ({ ejection }: ServerRecord, now: number): boolean =>
  ejection !== undefined && now >= ejection.until

/** Neither an answer nor a health check ends these two. */
const isOutForGood = (server: ServerRecord, now: number): boolean =>
  isEjected(server, now) && (server.ejection!.because === "Misconfigured" || server.ejection!.because === "Operator")

export const isUp = ({ server, unknownUntil }: PairRecord, now: number): boolean =>
  !server.removed && server.drainingSince === undefined && !isEjected(server, now) && now >= unknownUntil

/** Since when a pair that is not up has been out of use, for whatever reason holds now. */
export const outSince = ({ server, unknownSince, unknownUntil }: PairRecord, now: number): number =>
  Math.min(
    isEjected(server, now) ? server.downSince! : Infinity,
    server.drainingSince ?? Infinity,
    now < unknownUntil ? unknownSince! : Infinity
  )

export const down = (server: ServerRecord, because: "Down" | "Suspect", now: number): void => {
  server.blamed = 0
  server.downSince ??= now
  if (isEjected(server, now)) return
  server.ejectedFor = double(server.ejectedFor)
  server.ejection = { until: now + server.ejectedFor, because }
}

export const answered = (server: ServerRecord, now: number): void => {
  if (isOutForGood(server, now)) return
  server.downSince = undefined
  server.ejection = undefined
}

export const succeeded = (pair: PairRecord, now: number): void => {
  const { server } = pair
  answered(server, now)
  server.cold = false
  server.ejectedFor = 0
  server.heldOffFor = 0
  server.blamed = 0
  if (now >= pair.unknownUntil) pair.unknownSince = undefined
}

export const busy = (server: ServerRecord, retryAfter: number | undefined, now: number): void => {
  answered(server, now)
  let until: number
  if (retryAfter === undefined || !(retryAfter > 0) || retryAfter === Infinity) {
    if (now >= server.heldOffUntil) server.heldOffFor = double(server.heldOffFor)
    until = now + server.heldOffFor
  } else until = now + Math.min(retryAfter, 60_000)
  server.heldOffUntil = Math.max(server.heldOffUntil, until)
}

export const misconfigured = (pair: PairRecord, scope: "server" | "model", now: number): void => {
  const { server } = pair
  if (scope === "server") {
    server.downSince ??= now
    if (server.ejection?.until === Infinity) return
    server.ejection = { until: now + 60_000, because: "Misconfigured" }
    return
  }
  answered(server, now)
  pair.unknownSince ??= now
  pair.unknownUntil = now + 60_000
}

export const checked = (server: ServerRecord, health: "up" | "down", now: number): void => {
  if (health === "down") return down(server, "Down", now)
  if (isOutForGood(server, now)) return
  server.downSince = undefined
  if (server.ejection !== undefined) server.ejection.until = Math.min(server.ejection.until, now)
}

/** It failed a request that another server has since served. */
export const blame = (server: ServerRecord, now: number): void => {
  server.blamed++
  if (server.blamed === 3) down(server, "Suspect", now)
}

/** Out until restored by hand. */
export const ejectedByHand = (server: ServerRecord, now: number): void => {
  server.blamed = 0
  server.downSince ??= now
  server.ejection = { until: Infinity, because: "Operator" }
}

/** Nothing but draining keeps it out any longer; its next request is a trial if it was ejected. */
export const restoredByHand = (server: ServerRecord, pairs: ReadonlyArray<PairRecord>, now: number): void => {
  if (isEjected(server, now)) server.ejection!.until = now
  if (server.heldOffUntil > now) server.heldOffUntil = now
  server.heldOffFor = 0
  for (const pair of pairs) if (pair.unknownUntil > now) pair.unknownUntil = now
}
