/** What answers, refusals and health checks say of a server: ejection, hold-off, blame (DESIGN §3.5). */
import type { Health } from "../Backend.ts"
import type { Ejection, Pair, ServerState, State } from "../State.ts"
import { ailed } from "./Shortlist.ts"

const second = 1_000
const longest = 30 * second
const misconfiguredFor = 60 * second
const longestRetryAfter = 60 * second
const blamedInARow = 3

const doubled = (last: number): number => Math.min(longest, Math.max(second, 2 * last))

/** Takes a server out at once, for 1 s, doubling to 30 s until a success. */
export const eject = (
  state: State,
  host: ServerState,
  because: "Down" | "Suspect"
): void => {
  host.downSince ??= state.now
  host.blamed = 0
  // Twenty requests that fail together are one failure.
  if (host.ejection !== undefined && state.now < host.ejection.until) return
  host.ejectedFor = doubled(host.ejectedFor)
  ejectUntil(state, host, state.now + host.ejectedFor, because)
}

const ejectUntil = (state: State, host: ServerState, until: number, because: Ejection["because"]): void => {
  host.ejection = { until, because }
  ailed(state, host)
  state.notices.push({ _tag: "Ejected", at: state.now, url: host.server.url, until, because })
}

/** The fault is ours and no health check mends it: out for a minute, or out for this one model. */
export const misconfigured = (state: State, host: ServerState, pair: Pair, scope: "server" | "model"): void => {
  if (scope === "server") {
    host.downSince ??= state.now
    if (isByOperator(state, host)) return
    return ejectUntil(state, host, state.now + misconfiguredFor, "Misconfigured")
  }
  // The server did answer: its trial, if it was one, is passed.
  answered(state, host)
  pair.unknownUntil = state.now + misconfiguredFor
  pair.unknownSince ??= state.now
  ailed(state, host)
}

const isByOperator = (state: State, { ejection }: ServerState): boolean =>
  ejection?.because === "Operator" && state.now < ejection.until

/** Out for our fault or by hand, which neither an answer nor a health check mends. */
const isOutForGood = (state: State, host: ServerState): boolean =>
  isByOperator(state, host) || (host.ejection?.because === "Misconfigured" && state.now < host.ejection.until)

/** Any answer but a failing one closes an ejection. */
export const answered = (state: State, host: ServerState): void => {
  // One that was sent before may still come back from a server that has since refused our token.
  if (isOutForGood(state, host)) return
  host.downSince = undefined
  if (host.ejection === undefined) return
  host.ejection = undefined
  state.notices.push({ _tag: "Restored", at: state.now, url: host.server.url })
}

/** A complete 2xx answer, or the first data of a stream. */
export const succeeded = (state: State, host: ServerState, pair: Pair): void => {
  answered(state, host)
  host.cold = false
  host.ejectedFor = 0
  host.heldOffFor = 0
  host.blamed = 0
  if (state.now >= pair.unknownUntil) pair.unknownSince = undefined
  if (state.ailing.has(host)) ailed(state, host)
}

export const holdOff = (state: State, host: ServerState, retryAfter: number | undefined): void => {
  // "At once" from a server that has just refused would go round in circles.
  const asked = retryAfter !== undefined && Number.isFinite(retryAfter) && retryAfter > 0
  if (!asked) host.heldOffFor = state.now < host.heldOffUntil ? host.heldOffFor : doubled(host.heldOffFor)
  const until = state.now + (asked ? Math.min(retryAfter, longestRetryAfter) : host.heldOffFor)
  if (until <= host.heldOffUntil) return
  host.heldOffUntil = until
  ailed(state, host)
  state.notices.push({ _tag: "HeldOff", at: state.now, url: host.server.url, until })
}

/** It failed a request that another server then served. */
export const blame = (state: State, host: ServerState): void => {
  host.blamed++
  if (host.blamed >= blamedInARow) eject(state, host, "Suspect")
}

export const healthChecked = (state: State, host: ServerState, health: Health): void => {
  if (health === "down") return eject(state, host, "Down")
  if (isOutForGood(state, host)) return
  host.downSince = undefined
  // Half-open from now on.
  if (host.ejection !== undefined && state.now < host.ejection.until) host.ejection.until = state.now
}

export const serverEjected = (state: State, host: ServerState): void => {
  host.downSince ??= state.now
  host.blamed = 0
  if (!isByOperator(state, host)) ejectUntil(state, host, Infinity, "Operator")
}

/** Half-open from now on: one trial says more than whoever restored it can know. */
export const serverRestored = (state: State, host: ServerState): void => {
  if (host.ejection !== undefined && state.now < host.ejection.until) host.ejection.until = state.now
  host.heldOffUntil = Math.min(host.heldOffUntil, state.now)
  host.heldOffFor = 0
  for (const pair of host.pairs.values()) pair.unknownUntil = Math.min(pair.unknownUntil, state.now)
}
