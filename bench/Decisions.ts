/** Times single decisions, arrivals and withdrawals of the core at one size of the waiting room. */
import { apply } from "@aiguilleur/core/Apply"
import { Outcome } from "@aiguilleur/core/Outcome"
import { schedule } from "@aiguilleur/core/Schedule"
import { Consortium } from "./Consortium.ts"

export interface Timing {
  readonly what: "decision" | "whole pass" | "arrival" | "withdrawal"
  readonly waiting: number
  /** Microseconds of the thread's own CPU time, garbage collection on it included: what neighbours do not disturb. */
  readonly cpu: number
  /** Microseconds on the wall. */
  readonly mean: number
  readonly p10: number
  readonly p50: number
  readonly p99: number
  readonly samples: number
}

/** One kind of work, timed each time it is done. */
class Stopwatch {
  private readonly times: Array<number> = []
  private cpu = 0

  time<A>(work: () => A): A {
    const before = process.threadCpuUsage()
    const start = performance.now()
    const result = work()
    const end = performance.now()
    const after = process.threadCpuUsage()
    this.times.push(end - start)
    this.cpu += after.user + after.system - before.user - before.system
    return result
  }

  reset(): void {
    this.times.length = 0
    this.cpu = 0
  }

  timing(what: Timing["what"], waiting: number, idle: number): Timing {
    const { cpu, times } = this
    const samples = times.length
    const ranked = times.toSorted((a, b) => a - b)
    const at = (share: number) => ranked[Math.min(samples - 1, Math.floor(share * samples))]! * 1_000
    const mean = times.reduce((sum, time) => sum + time, 0) / samples * 1_000
    return { what, waiting, cpu: cpu / samples - idle, mean, p10: at(0.1), p50: at(0.5), p99: at(0.99), samples }
  }

  /** What timing costs by itself, in CPU microseconds. */
  static idle(): number {
    const watch = new Stopwatch()
    for (let at = 0; at < 20_000; at++) watch.time(() => at)
    return watch.cpu / 20_000
  }
}

const served = Outcome.Served()
const usage = { promptTokens: 300, outputTokens: 200, reported: true }

/**
 * Decision: a release, `schedule` and the grant that follows. Whole pass: the same until `schedule` holds. Arrival and
 * withdrawal: with the decisions after them, until it holds.
 */
export const measure = (waiting: number, samples: number): ReadonlyArray<Timing> => {
  const room = new Consortium(waiting)
  const { state } = room
  const decision = new Stopwatch()
  const rest = new Stopwatch()
  const arrival = new Stopwatch()
  const withdrawal = new Stopwatch()
  const watches = [decision, rest, arrival, withdrawal]
  const decide = (lease: number): void => {
    apply(state, { _tag: "Released", lease, outcome: served, usage, retry: true }, room.now)
    const decision = schedule(state, room.now, 0.5)
    if (decision._tag !== "Assign") return
    const { candidates, ticket, url } = decision
    apply(state, { _tag: "Granted", ticket: ticket.ticket.id, url, candidates }, room.now)
  }
  const warmUp = Math.floor(samples / 4)
  for (let at = -warmUp; at < samples; at++) {
    if (at === 0) { for (const watch of watches) watch.reset() }
    room.now += 3
    const lease = room.lease(at + warmUp)
    decision.time(() => decide(lease))
    rest.time(() => room.decide())
    const id = arrival.time(() => {
      const id = room.arrive()
      room.decide()
      return id
    })
    withdrawal.time(() => {
      apply(state, { _tag: "Withdrawn", ticket: id }, room.now)
      room.decide()
    })
    // Refill, untimed, so that the size stays what it is.
    while (room.waiting < waiting) {
      room.arrive()
      room.decide()
    }
  }
  const idle = Stopwatch.idle()
  const first = decision.timing("decision", waiting, idle)
  const second = rest.timing("whole pass", waiting, idle)
  const whole = {
    ...second,
    cpu: first.cpu + second.cpu,
    mean: first.mean + second.mean,
    p10: first.p10 + second.p10,
    p50: first.p50 + second.p50,
    p99: first.p99 + second.p99
  }
  return [first, whole, arrival.timing("arrival", waiting, idle), withdrawal.timing("withdrawal", waiting, idle)]
}
