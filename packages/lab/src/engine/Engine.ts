/** The simulated inference engine: a continuous-batching step loop whose time is an argument. */
import * as Batch from "./Batch.ts"
import * as Counters from "./Counters.ts"
import * as Histogram from "./Histogram.ts"
import * as Intake from "./Intake.ts"
import * as KvCache from "./KvCache.ts"
import type { Profile } from "./Profile.ts"
import type { Demand, FinishReason, Sequence } from "./Sequence.ts"
import * as Sequences from "./Sequence.ts"
import * as Stretches from "./Stretch.ts"
import * as WaitingQueue from "./WaitingQueue.ts"

export interface Settings {
  readonly profile: Profile
  /** Lower `priority` first, instead of first come first served. */
  readonly priorityScheduling?: boolean | undefined
  /** Instead of the profile's. */
  readonly maxNumSeqs?: number | undefined
  /** Waiting and running together; unbounded when absent, as vLLM is by default. */
  readonly maxQueued?: number | undefined
  /** Emits first tokens and ends alone, and runs from one change of the batch to the next instead of step by step. */
  readonly jumps?: boolean | undefined
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
  /** From the step after the one in progress on, steps take so many times as long as the profile says. */
  readonly slowDown: (now: number, times: number) => void
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
  /** Share of the KV cache that somebody holds. */
  readonly kvUsage: () => number
}

export const make = (settings: Settings): Engine => {
  const { profile } = settings
  const kv = KvCache.make(profile)
  const batch = Batch.make(profile, settings.maxNumSeqs ?? profile.maxNumSeqs, kv)
  const counters = Counters.make()
  const intake = Intake.make(profile)
  const waiting = WaitingQueue.make(
    settings.priorityScheduling === true ? WaitingQueue.byPriority : WaitingQueue.byArrival
  )
  const mostSteps = settings.jumps === true ? Infinity : 1
  /** In the batch and not aborted. */
  let running = 0
  let clock = 0
  let stretch: Stretches.Stretch | undefined
  let arrivals = 0
  let times = 1
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

  const neighbours: Batch.Neighbours = {
    admit: () => {
      const sequence = waiting.peek()
      if (sequence === undefined || !kv.admit(sequence)) return undefined
      waiting.pop()
      sequence.scheduledAt = clock
      running += 1
      counters.queriedTokens += sequence.pass
      counters.reusedTokens += sequence.reused
      if (sequence.preemptions === 0) Histogram.observe(counters.queueTime, (clock - sequence.arrivedAt) / 1000)
      return sequence
    },
    preempted: (sequence) => {
      counters.preemptions += 1
      if (sequence.aborted) return remove(sequence, clock)
      running -= 1
      waiting.push(sequence)
    }
  }

  const begin = () => {
    stretch = { from: clock, ...batch.plan(neighbours, mostSteps, times) }
    const next = intake.next()
    if (next !== undefined) stretch = Stretches.cut(stretch, next)
  }

  /** What has been read takes its place among those that wait. */
  const receive = () => {
    for (const sequence of intake.read(clock)) waiting.push(sequence)
  }

  const say = (sequence: Sequence, at: number, tokens: number) => {
    if (tokens === 0) return
    Counters.countTokens(counters, sequence, at, tokens)
    sequence.generated += tokens
    sequence.firstTokenAt ??= at
    sequence.lastTokenAt = at
    kv.grow(sequence)
  }

  const emit = (sequence: Sequence, at: number, tokens: number) => {
    if (sequence.outputTokens > 0) say(sequence, at, tokens)
    const over = sequence.generated >= sequence.outputTokens
    if (over) finish(sequence, sequence.finish, at)
    if (mostSteps > 1 && sequence.generated > 1 && !over) return
    emissions.push({ sequence, at, token: sequence.generated, finished: sequence.finished })
  }

  const compute = (sequence: Sequence, at: number, steps: number) => {
    if (Sequences.isPrefilled(sequence)) return emit(sequence, at, steps)
    sequence.computed += sequence.chunk
    if (!Sequences.isPrefilled(sequence)) return
    if (sequence.preemptions === 0) counters.promptTokens += sequence.promptTokens
    // the step that completes the prompt also samples the first token
    emit(sequence, at, 1)
  }

  const end = ({ steps }: Stretches.Stretch, at: number) => {
    stretch = undefined
    clock = at
    counters.steps += steps
    for (const sequence of batch.members()) {
      if (sequence.aborted) {
        // of a stretch that was cut because its client left, it took part in all steps but the last
        say(sequence, at, steps - 1)
        remove(sequence, at)
      } else compute(sequence, at, steps)
    }
    batch.clean()
    running = batch.members().length
  }

  const runTo = (now: number) => {
    for (;;) {
      if (stretch === undefined) {
        receive()
        if (!hasWork()) {
          const next = intake.next()
          clock = Math.max(clock, next === undefined || next > now ? now : next)
          if (next === undefined || next > now) return
          continue
        }
        if (clock > now) return
        begin()
      }
      const at = Stretches.end(stretch!)
      if (at > now) return
      end(stretch!, at)
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
      if (demand.promptTokens >= Math.min(profile.maxModelLen, profile.kvTokens)) return "prompt-too-long"
      const present = running + waiting.size() + intake.size()
      if (settings.maxQueued !== undefined && present >= settings.maxQueued) return "queue-full"
      const sequence = Sequences.make(demand, arrivals++, now)
      const readAt = intake.push(sequence, now, running)
      if (readAt <= now) { for (const read of intake.read(now)) waiting.push(read) }
      if (stretch !== undefined) stretch = Stretches.cut(stretch, readAt)
      return sequence
    },
    abort: (now, sequence) => {
      if (now > clock) runTo(now)
      if (sequence.aborted || sequence.finished !== undefined) return
      sequence.aborted = true
      if (sequence.scheduledAt === undefined) {
        if (!intake.withdraw(sequence)) waiting.withdraw(sequence)
        return remove(sequence, now)
      }
      running -= 1
      if (stretch !== undefined) {
        stretch = Stretches.cut(stretch, now)
        return
      }
      remove(sequence, now)
      batch.clean()
    },
    slowDown: (now, factor) => {
      if (now > clock) runTo(now)
      times = factor
      if (stretch !== undefined) stretch = Stretches.cut(stretch, now)
    },
    nextEventAt: () =>
      emissions[0]?.at ?? (stretch === undefined ? hasWork() ? clock : intake.next() : Stretches.end(stretch)),
    advance: (now) => {
      runTo(now)
      return drain()
    },
    step: () => {
      if (stretch === undefined) {
        receive()
        if (!hasWork()) {
          clock = Math.max(clock, intake.next() ?? clock)
          receive()
        }
        if (hasWork()) begin()
      }
      if (stretch !== undefined) end(stretch, Stretches.end(stretch))
      return drain()
    },
    clock: () => clock,
    running: () => running,
    waiting: () => waiting.size() + intake.size(),
    contextTokens: batch.contextTokens,
    kvUsage: () => kv.held() * KvCache.blockTokens / profile.kvTokens
  }
}
