/** What a process still holds that keeps it from ending: sockets, servers, timers. */
import { Effect } from "effect"

export type Held = Readonly<Record<string, number>>

const kinds = ["TCPSocketWrap", "TCPServerWrap", "Timeout", "TLSWrap", "PipeWrap", "ProcessWrap"]

export const held = (only: ReadonlyArray<string> = kinds): Held => {
  const counts = Object.fromEntries(only.map((kind) => [kind, 0]))
  for (const kind of process.getActiveResourcesInfo()) if (kind in counts) counts[kind]!++
  return counts
}

export const turn = Effect.callback<void>((resume) => {
  const immediate = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(immediate))
})

/** An answer, or the end of a connection, needs a turn of the event loop or two to be heard. */
export const heard = Effect.repeat(turn, { times: 20 })

/** Turns of the event loop until it is so; the figure alone decides, the time only ends a test that has failed. */
export const until = (isSo: () => boolean, patience = 3_000): Effect.Effect<boolean> =>
  Effect.gen(function*() {
    const end = performance.now() + patience
    while (!isSo()) {
      if (performance.now() > end) return false
      yield* turn
    }
    return true
  })

/** No more of anything than there was. */
export const noMoreThan = (before: Held, patience?: number): Effect.Effect<Held> =>
  Effect.map(
    until(() => Object.entries(held(Object.keys(before))).every(([kind, count]) => count <= before[kind]!), patience),
    () => held(Object.keys(before))
  )
