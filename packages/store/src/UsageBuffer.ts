/** Usage on its way to the database: taken at once, written behind the answers, kept while the database is away. */
import { Context, Duration, Effect, Layer, Semaphore } from "effect"
import { randomUUID } from "node:crypto"
import type { DatabaseError } from "./DatabaseError.ts"
import { Usage } from "./Usage.ts"
import { UsageBatch } from "./UsageBatch.ts"
import type { UsageRow } from "./UsageRow.ts"

export interface Options {
  /** Rows that may wait; what comes beyond is lost and counted. Default 100 000. */
  readonly capacity: number
  /** Longest time that a row waits while all is well. Default 1 second. */
  readonly interval: Duration.Duration
  /** Rows per statement. Default 1 000. */
  readonly batch: number
  /** How long the end may be delayed by what still waits. Default 5 seconds. */
  readonly shutdown: Duration.Duration
}

const defaults: Options = {
  capacity: 100_000,
  interval: Duration.seconds(1),
  batch: 1000,
  shutdown: Duration.seconds(5)
}

/** Pause after failures, doubling from `interval`. */
const longestPause = Duration.seconds(10)

/** A statement that takes longer is given up and tried again: rows are written once whatever happens. */
const patience = Duration.seconds(30)

const make = Effect.fnUntraced(function*({ capacity, interval, batch, shutdown }: Options) {
  const usage = yield* Usage
  const one = yield* Semaphore.make(1)
  const writer = randomUUID()
  // What is under way, the oldest first; new rows go into the open one. Their numbers follow one another.
  let sealed: Array<UsageBatch> = []
  let open = new UsageBatch(writer, 0)
  let waiting = 0
  // Rows of lower numbers were sent at least once.
  let sent = 0
  let lost = 0
  let counted = 0

  const seal = () => {
    sealed.push(open)
    const { first, length } = open
    open = new UsageBatch(writer, first + length, length === batch ? open : undefined)
  }

  const offer = (row: UsageRow): boolean => {
    if (waiting >= capacity || !open.add(row)) {
      lost++
      return false
    }
    waiting++
    if (open.length === batch) seal()
    return true
  }

  const send = (part: UsageBatch) =>
    Effect.suspend(() => {
      const fresh = part.first >= sent
      sent = Math.max(sent, part.first + part.length)
      return usage.insert(part, fresh)
    })

  // A row that the database will never take must not keep the others waiting: it is found by halving and counted.
  const write = (part: UsageBatch): Effect.Effect<void, DatabaseError> =>
    Effect.catchDefect(send(part), (defect) => {
      const { length } = part
      if (length === 1) {
        lost++
        return Effect.logError("A usage row was rejected by the database", defect)
      }
      const half = length >> 1
      return Effect.andThen(write(part.slice(0, half)), write(part.slice(half, length)))
    })

  const flush = one.withPermit(Effect.gen(function*() {
    // What comes in the meantime is for the next time: under load this one would go on for ever, a few rows at once.
    const end = open.first + open.length
    while ((sealed[0] ?? open).first < end) {
      if (sealed.length === 0) seal()
      const part = sealed[0]!
      yield* Effect.timeout(write(part), patience)
      sealed.shift()
      waiting -= part.length
    }
  }))

  const report = Effect.gen(function*() {
    if (lost > counted) {
      yield* Effect.logError(`${lost - counted} usage rows were lost (${lost} in all)`)
      counted = lost
    }
  })

  const run = Effect.gen(function*() {
    let pause = interval
    let backoff = interval
    while (true) {
      yield* Effect.sleep(pause)
      const [took, failure] = yield* Effect.timed(
        flush.pipe(Effect.as(undefined), Effect.catch((error) => Effect.succeed(error)))
      )
      const failing = Duration.isGreaterThan(backoff, interval)
      if (failure === undefined) {
        if (failing) yield* Effect.log("Usage is written again")
        backoff = interval
        pause = Duration.max(Duration.subtract(interval, took), Duration.zero)
      } else {
        if (!failing) yield* Effect.logWarning(`Usage waits (${waiting} rows): ${failure.message}`)
        pause = backoff = Duration.min(Duration.times(backoff, 2), longestPause)
      }
      yield* report
    }
  })

  // After the fiber above has stopped: finalizers run in reverse.
  yield* Effect.addFinalizer(() =>
    flush.pipe(
      Effect.tapError(() => Effect.sleep("200 millis")),
      Effect.eventually,
      Effect.repeat({ while: () => waiting > 0 }),
      Effect.timeoutOption(shutdown),
      Effect.andThen(Effect.sync(() => {
        lost += waiting
        waiting = 0
        sealed = []
      })),
      Effect.andThen(report)
    )
  )
  yield* Effect.forkScoped(run)

  return UsageBuffer.of({ offer, flush: Effect.ignore(flush), pending: () => waiting, lost: () => lost })
})

export class UsageBuffer extends Context.Service<UsageBuffer, {
  /** Takes a row without waiting; false if it is lost, because the buffer is full or no database would take it. */
  readonly offer: (row: UsageRow) => boolean
  /** Writes what waits now; what cannot be written goes on waiting. */
  readonly flush: Effect.Effect<void>
  readonly pending: () => number
  readonly lost: () => number
}>()("@aiguilleur/store/UsageBuffer") {
  static readonly layerOf = (options: Partial<Options>) => Layer.effect(UsageBuffer, make({ ...defaults, ...options }))

  static readonly layer = UsageBuffer.layerOf({})
}
