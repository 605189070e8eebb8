/** The end that comes when the orderly one does not: a statement that a hung database never answers keeps no process alive. */
import { Effect } from "effect"

export interface Remaining {
  /** Milliseconds that running requests may take. */
  readonly requests: () => number
  /** Rows of usage that nobody has counted as lost yet. */
  readonly rows: () => number
}

/** What is left to do once the requests have ended: rows of usage are written, connections closed. */
const patience = 20_000

/** In a scope: what it gives is to be run when everything else is in place, so that its finalizer is the first one. */
export const make = Effect.gen(function*() {
  let timer: NodeJS.Timeout | undefined
  yield* Effect.addFinalizer(() => Effect.sync(() => clearTimeout(timer)))
  return ({ requests, rows }: Remaining) => {
    const end = (): never => {
      process.stderr.write(`The database hangs and is not waited for any longer: ${rows()} usage rows were lost.\n`)
      return process.exit(1)
    }
    return Effect.addFinalizer(() =>
      Effect.sync(() => {
        timer = setTimeout(end, requests() + patience).unref()
      })
    )
  }
})
