/** The simulated inference engine: a continuous-batching step loop whose time is an argument. */
import * as Batch from "./Batch.ts"
import * as Counters from "./Counters.ts"
import * as Histogram from "./Histogram.ts"
import type { Profile } from "./Profile.ts"
import type { Demand, FinishReason, Sequence } from "./Sequence.ts"
import * as Sequences from "./Sequence.ts"
import * as WaitingQueue from "./WaitingQueue.ts"

export interface Settings {
  readonly profile: Profile
  /** Lower `priority` first, instead of first come first served. */
  readonly priorityScheduling?: boolean | undefined
  /** Instead of the profile's. */
  readonly maxNumSeqs?: number | undefined
  /** Waiting and running together; unbounded when absent, as vLLM is by default. */
  readonly maxQueued?: number | undefined
}

/** One token, or an end, or both: the last token of a sequence carries its end. */
export interface Emission {
  readonly sequence: Sequence
  readonly at: number
  /** Number of the token, from 1; 0 when there is none (an abort, an embedding). */
  readonly token: number
  readonly finished: FinishReason | undefined
}

export type Submission = Sequence | "prompt-too-long" | "queue-full"

/**
 * Times are milliseconds on one clock that never goes back. A late driver loses nothing: steps follow one another
 * at the instants at which they end, whenever the engine is asked.
 */
export interface Engine {
  readonly profile: Profile
  readonly counters: Counters.Counters
  readonly submit: (now: number, demand: Demand) => Submission
  /** At once for one that waits; when the step in progress ends for one in the batch. Its tokens stop here. */
  readonly abort: (now: number, sequence: Sequence) => void
  /** When something happens if nobody comes; nothing ever does when the engine is idle. */
  readonly nextEventAt: () => number | undefined
  /** Runs every step that ends by `now`, and begins the next. */
  readonly advance: (now: number) => ReadonlyArray<Emission>
  /** Runs one step to its end, whatever the time, and begins no other. */
  readonly step: () => ReadonlyArray<Emission>
  /** The end of the last step, or the last arrival at an idle engine. */
  readonly clock: () => number
  readonly running: () => number
  readonly waiting: () => number
  /** Tokens held by the batch. */
  readonly contextTokens: () => number
}

export const make = (settings: Settings): Engine => {
  const { profile } = settings
  const batch = Batch.make(profile, settings.maxNumSeqs ?? profile.maxNumSeqs)
  const counters = Counters.make()
  const waiting = WaitingQueue.make(
    settings.priorityScheduling === true ? WaitingQueue.byPriority : WaitingQueue.byArrival
  )
  /** In the batch and not aborted. */
  let running = 0
  let clock = 0
  let stepEndsAt: number | undefined
  let arrivals = 0
  let emissions: Array<Emission> = []

  const hasWork = () => batch.members().length > 0 || waiting.size() > 0

  const finish = (sequence: Sequence, reason: FinishReason, at: number) => {
    sequence.finished = reason
    sequence.finishedAt = at
    Counters.countEnd(counters, sequence, reason, at)
  }

  const remove = (sequence: Sequence, at: number) => {
    finish(sequence, "abort", at)
    emissions.push({ sequence, at, token: 0, finished: "abort" })
  }

  const admit = () => {
    const sequence = waiting.pop()
    if (sequence === undefined) return undefined
    sequence.scheduledAt = clock
    running += 1
    Histogram.observe(counters.queueTime, (clock - sequence.arrivedAt) / 1000)
    return sequence
  }

  const begin = () => {
    stepEndsAt = clock + batch.plan(admit)
  }

  const emit = (sequence: Sequence, at: number) => {
    if (sequence.outputTokens > 0) {
      Counters.countToken(counters, sequence, at)
      sequence.generated += 1
      sequence.firstTokenAt ??= at
      sequence.lastTokenAt = at
    }
    const over = sequence.generated >= sequence.outputTokens
    if (over) finish(sequence, sequence.finish, at)
    emissions.push({ sequence, at, token: sequence.generated, finished: sequence.finished })
  }

  const compute = (sequence: Sequence, at: number) => {
    if (Sequences.isPrefilled(sequence)) return emit(sequence, at)
    sequence.computed += sequence.chunk
    if (!Sequences.isPrefilled(sequence)) return
    counters.promptTokens += sequence.promptTokens
    // the step that completes the prompt also samples the first token
    emit(sequence, at)
  }

  const end = (at: number) => {
    stepEndsAt = undefined
    clock = at
    counters.steps += 1
    for (const sequence of batch.members()) {
      if (sequence.aborted) remove(sequence, at)
      else compute(sequence, at)
    }
    batch.clean()
    running = batch.members().length
  }

  const runTo = (now: number) => {
    for (;;) {
      if (stepEndsAt === undefined) {
        if (!hasWork()) {
          clock = Math.max(clock, now)
          return
        }
        if (clock > now) return
        begin()
      }
      if (stepEndsAt! > now) return
      end(stepEndsAt!)
    }
  }

  const drain = () => {
    const drained = emissions
    emissions = []
    return drained
  }

  return {
    profile,
    counters,
    submit: (now, demand) => {
      // a step that ended before this arrival must not include it
      if (now > clock) runTo(now)
      if (demand.promptTokens >= profile.maxModelLen) return "prompt-too-long"
      if (settings.maxQueued !== undefined && running + waiting.size() >= settings.maxQueued) return "queue-full"
      const sequence = Sequences.make(demand, arrivals++, now)
      waiting.push(sequence)
      return sequence
    },
    abort: (now, sequence) => {
      if (now > clock) runTo(now)
      if (sequence.aborted || sequence.finished !== undefined) return
      sequence.aborted = true
      if (sequence.scheduledAt === undefined) {
        waiting.withdraw(sequence)
        return remove(sequence, now)
      }
      running -= 1
      if (stepEndsAt !== undefined) return
      remove(sequence, now)
      batch.clean()
    },
    nextEventAt: () => emissions[0]?.at ?? stepEndsAt ?? (hasWork() ? clock : undefined),
    advance: (now) => {
      runTo(now)
      return drain()
    },
    step: () => {
      if (stepEndsAt === undefined && hasWork()) begin()
      if (stepEndsAt !== undefined) end(stepEndsAt)
      return drain()
    },
    clock: () => clock,
    running: () => running,
    waiting: () => waiting.size(),
    contextTokens: batch.contextTokens
  }
}
