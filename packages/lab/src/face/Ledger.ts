/** What a simulated server received and did, and waiting until it has. */
import { Effect } from "effect"
import type { IncomingHttpHeaders } from "node:http"

/** `refused`: answered with an error. `aborted`: the client left. `cut`: a fault, or the end of the server. */
export type Ending = "finished" | "refused" | "aborted" | "cut"

/** One inference request. Times are milliseconds on the engine's clock. */
export interface Entry {
  /** Number of arrival, from 1. */
  readonly number: number
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** The JSON body, or the form with the sizes of its files; the text itself if it is neither. */
  readonly body: unknown
  readonly arrivedAt: number
  status: number | undefined
  promptTokens: number
  firstTokenAt: number | undefined
  endedAt: number | undefined
  ending: Ending | undefined
  /** Tokens generated so far. */
  tokens: number
  /** What the engine meant to say so far, whatever a fault let through. */
  text: string
}

export interface Ledger {
  /** The latest requests, oldest first. */
  readonly entries: ReadonlyArray<Entry>
  /** Since the start, those forgotten included. */
  readonly received: () => number
  readonly ended: (ending: Ending) => number
  readonly receive: (entry: Pick<Entry, "path" | "headers" | "body" | "arrivedAt">) => Entry
  /** Only the first end of an entry counts. */
  readonly end: (entry: Entry, ending: Ending, at: number) => void
  /** Something changed: looks at what is awaited. */
  readonly changed: () => void
  readonly awaitUntil: (predicate: () => boolean) => Effect.Effect<void>
}

export const make = (size: number): Ledger => {
  const entries: Array<Entry> = []
  const endings: Record<Ending, number> = { finished: 0, refused: 0, aborted: 0, cut: 0 }
  const watchers = new Set<() => boolean>()
  let received = 0

  const changed = () => {
    for (const settles of watchers) if (settles()) watchers.delete(settles)
  }

  return {
    entries,
    received: () => received,
    ended: (ending) => endings[ending],
    receive: (given) => {
      received += 1
      const entry: Entry = {
        number: received,
        ...given,
        status: undefined,
        promptTokens: 0,
        firstTokenAt: undefined,
        endedAt: undefined,
        ending: undefined,
        tokens: 0,
        text: ""
      }
      entries.push(entry)
      if (entries.length > size) entries.shift()
      return entry
    },
    end: (entry, ending, at) => {
      if (entry.ending !== undefined) return
      entry.ending = ending
      entry.endedAt = at
      endings[ending] += 1
    },
    changed,
    awaitUntil: (predicate) =>
      Effect.callback((resume) => {
        const settles = () => {
          if (!predicate()) return false
          // not from within what is happening: the one who waits must find it done
          queueMicrotask(() => resume(Effect.void))
          return true
        }
        if (settles()) return
        watchers.add(settles)
        return Effect.sync(() => watchers.delete(settles))
      })
  }
}
