/** One simulated server of a fleet: its engine, its faults, and who waits for its answers. */
import type { Load } from "@aiguilleur/core/Load"
import type { Server } from "@aiguilleur/core/Server"
import type { Counters } from "../engine/Counters.ts"
import * as Engine from "../engine/Engine.ts"
import type { Profile } from "../engine/Profile.ts"
import type { Demand, Sequence } from "../engine/Sequence.ts"
import * as Quantiles from "../report/Quantiles.ts"
import type { Agenda } from "../time/Agenda.ts"

/** What a request hears from the server. Times are those of the agenda. */
export interface Hearer {
  readonly firstToken: () => void
  readonly finished: () => void
  /** The connection broke. */
  readonly cut: () => void
}

export type Condition = "fine" | "down" | "busy" | "failing"

/** What the engine's own histogram is read over, and how many of its observations say something: as the drivers have it. */
const window = 60_000
const enough = 5

export type Reply = Sequence | "refused" | "busy" | "failing" | "too-long"

export class Host {
  readonly server: Server
  readonly profile: Profile
  private readonly agenda: Agenda
  private engine: Engine.Engine
  private readonly hearers = new Map<string, Hearer>()
  private readonly past: Array<Counters> = []
  /** The engine's own times to first token, streams or not. */
  private firsts: Array<{ readonly at: number; readonly ttft: number }> = []
  private times = 1
  private wakeAt = Infinity
  /** Grows with every appointment, so that those it replaces are not kept. */
  private appointment = 0
  condition: Condition = "fine"

  constructor(server: Server, profile: Profile, agenda: Agenda) {
    this.server = server
    this.profile = profile
    this.agenda = agenda
    this.engine = this.boot()
  }

  submit(demand: Demand, hearer: Hearer): Reply {
    if (this.condition !== "fine") return this.condition === "down" ? "refused" : this.condition
    const submission = this.engine.submit(this.agenda.now, demand)
    if (submission === "prompt-too-long") return "too-long"
    if (submission === "queue-full") return "busy"
    this.hearers.set(demand.id, hearer)
    this.arm()
    return submission
  }

  abort(sequence: Sequence): void {
    // what died with the last engine is none of this one's
    if (!this.hearers.delete(sequence.id)) return
    this.engine.abort(this.agenda.now, sequence)
    this.arm()
  }

  /** A server that goes down drops what it had; it comes back with an empty memory. */
  become(condition: Condition): void {
    this.condition = condition
    if (condition !== "down") return
    this.past.push(this.engine.counters)
    this.engine = this.boot()
    this.firsts = []
    this.wakeAt = Infinity
    this.appointment++
    const cut = [...this.hearers.values()]
    this.hearers.clear()
    for (const hearer of cut) hearer.cut()
  }

  slowDown(times: number): void {
    this.times = times
    this.engine.slowDown(this.agenda.now, times)
    this.arm()
  }

  /** What its metrics page would show now; nothing answers of a server that is down. */
  load(): Load | undefined {
    if (this.condition === "down") return undefined
    const { now } = this.agenda
    this.firsts = this.firsts.filter(({ at }) => at > now - window)
    const ttft = Quantiles.of(this.firsts.map(({ ttft }) => ttft)).p95
    return {
      running: this.engine.running(),
      waiting: this.engine.waiting(),
      kvCache: this.engine.kvUsage(),
      ...(ttft === null || this.firsts.length < enough ? {} : { ttft })
    }
  }

  generated(): number {
    return this.total(({ generationTokens }) => generationTokens)
  }

  preemptions(): number {
    return this.total(({ preemptions }) => preemptions)
  }

  /** Share of the prompts' tokens that were found in the prefix cache. */
  reused(): number {
    const prompts = this.total(({ promptTokens }) => promptTokens)
    return prompts === 0 ? 0 : this.total(({ reusedTokens }) => reusedTokens) / prompts
  }

  /** Over all lives of its engine. */
  private total(count: (counters: Counters) => number): number {
    return [...this.past, this.engine.counters].reduce((sum, counters) => sum + count(counters), 0)
  }

  private boot(): Engine.Engine {
    const engine = Engine.make({
      profile: this.profile,
      jumps: true,
      priorityScheduling: this.server.priorityScheduling
    })
    engine.advance(this.agenda.now)
    engine.slowDown(this.agenda.now, this.times)
    return engine
  }

  private arm(): void {
    const at = this.engine.nextEventAt() ?? Infinity
    if (at === this.wakeAt) return
    this.wakeAt = at
    const appointment = ++this.appointment
    if (at === Infinity) return
    this.agenda.put(at, () => {
      if (appointment === this.appointment) this.wake()
    })
  }

  private wake(): void {
    this.wakeAt = Infinity
    const { engine } = this
    for (const { at, finished, sequence, token } of engine.advance(this.agenda.now)) {
      if (token === 1) this.firsts.push({ at, ttft: at - sequence.arrivedAt })
      const hearer = this.hearers.get(sequence.id)
      if (hearer === undefined) continue
      if (token === 1) hearer.firstToken()
      if (finished === undefined) continue
      this.hearers.delete(sequence.id)
      hearer.finished()
    }
    if (engine === this.engine) this.arm()
  }
}
