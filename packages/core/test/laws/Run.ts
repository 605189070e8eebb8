/** One history, driven through `apply` and `schedule` as the interpreter does, beside the reference. */
import { apply } from "../../src/Apply.ts"
import type { Caller } from "../../src/Caller.ts"
import type { Event } from "../../src/Event.ts"
import type { Registry } from "../../src/Registry.ts"
import { schedule } from "../../src/Schedule.ts"
import type { State } from "../../src/State.ts"
import * as States from "../../src/State.ts"
import * as Estimate from "../reference/Estimate.ts"
import type { World } from "../reference/Records.ts"
import * as Records from "../reference/Records.ts"
import * as Reference from "../reference/Reference.ts"
import * as Verdict from "../reference/Verdict.ts"
import * as Boards from "./Boards.ts"
import * as Bookkeeping from "./Bookkeeping.ts"
import type { Demand } from "./Demand.ts"
import { Broken, demand } from "./Demand.ts"
import type { Dice } from "./Dice.ts"
import { dice } from "./Dice.ts"
import { Fairness } from "./Fairness.ts"
import type { History, Step } from "./History.ts"
import * as Instants from "./Instants.ts"
import * as Law from "./Law.ts"
import { Ledger } from "./Ledger.ts"
import * as Likeness from "./Likeness.ts"

/** What makes another consortium of it; health and load do not. */
const isReload = ({ _tag }: Event): boolean =>
  _tag.endsWith("Changed") || _tag.endsWith("Removed") || _tag === "KeyRevoked" || _tag === "ServerDraining"

/** More decisions than this in one pass do not end. */
const endless = 10_000

export class Run {
  readonly state: State
  readonly world: World
  /** Every decision, for law 8. */
  readonly decisions: Array<string> = []
  private readonly from: Dice
  private readonly ledger = new Ledger()
  private readonly callers = new Map<string, Caller>()
  private clock = 1_000_000
  private arrivals = 0
  private wakeAt: number | undefined
  /** Something was applied that waits for the next step's decisions. */
  private joined = false
  private readonly fairness = new Fairness()
  private readonly wanted: Demand
  private settlements = 0

  constructor({ seed, settings }: History, registry: Registry["Service"], wanted: Demand) {
    this.state = States.make(settings, registry)
    this.world = Records.make(settings)
    this.from = dice(seed)
    this.wanted = wanted
  }

  step(step: Step, together: boolean): void {
    switch (step._tag) {
      case "Pass":
        if (this.joined) this.decide()
        return this.pass(this.clock + step.ms)
      case "Back":
        this.clock -= step.ms
        return this.decide()
      case "Together":
        return
      default: {
        const event = this.eventOf(step)
        if (event !== undefined) this.apply(event)
        this.joined = together
        if (!together) this.decide()
      }
    }
  }

  /** Time passes to the instant given; the timer rings on the way, and in between nothing may be due. */
  private pass(until: number): void {
    for (let rings = 0; this.clock < until; rings++) {
      if (rings > endless) throw new Broken("wake-ups do not end")
      const ring = this.wakeAt ?? Infinity
      if (ring <= this.state.now) throw new Broken(`it asks to be woken at ${ring}, which is past`)
      const stop = Math.min(until, ring)
      for (const instant of Instants.between(this.world, this.state.now, stop)) {
        const { assigns, ends } = Verdict.verdict(this.world, instant, 0)
        const due = [...ends.keys(), ...assigns.keys()][0]
        this.demand(due && `law 4: ${due} is due at ${instant}, the wake-up is at ${ring}`)
      }
      this.clock = stop
      if (stop >= ring || stop === until) this.decide()
    }
  }

  /** Until it holds, and once more after newcomers were told that they wait. */
  private decide(): void {
    this.joined = false
    for (let decisions = 0;; decisions++) {
      if (decisions > endless) throw new Broken("decisions do not end")
      const roll = this.from.roll()
      const decision = schedule(this.state, this.clock, roll)
      const verdict = Verdict.verdict(this.world, this.clock, roll)
      this.fairness.observe(this.world, Math.max(this.world.now, this.clock))
      if (decision._tag === "Hold") {
        this.decisions.push(`Hold ${decision.wakeAt}`)
        this.demand(...Law.ofQuiescence(this.world, this.clock))
        const missed = [...verdict.ends.keys(), ...verdict.assigns.keys()][0]
        this.demand(missed && `law 9: it holds, though ${missed} is due`)
        if (this.state.fresh.length > 0) {
          this.apply({ _tag: "Held" })
          continue
        }
        this.wakeAt = decision.wakeAt
        return this.settled()
      }
      const { id } = decision.ticket.ticket
      if (decision._tag === "End") {
        this.decisions.push(`End ${id} ${decision.reason._tag}`)
        if (verdict.ends.get(id)?.includes(decision.reason._tag) !== true) {
          this.demand(`law 9: it ends ${id} (${decision.reason._tag}), the reference knows ${verdict.ends.get(id)}`)
        }
        this.apply({ _tag: "Ended", ticket: id, reason: decision.reason })
        continue
      }
      const { candidates, url } = decision
      this.decisions.push(`Assign ${id} ${url}`)
      this.world.now = Math.max(this.world.now, this.clock)
      this.demand(...Law.ofGrant(this.world, this.world.tickets.find((ticket) => ticket.id === id)!, url))
      if (verdict.assigns.get(id) !== url) {
        const wanted = JSON.stringify([[...verdict.ends], [...verdict.assigns]])
        this.demand(`law 9: it grants ${id} ${url}, the reference wants ${wanted}`)
      }
      this.apply({ _tag: "Granted", ticket: id, url, candidates })
    }
  }

  private apply(event: Event): void {
    // While the ticket still counts.
    if (event._tag === "Released") this.settle(event)
    else if (isReload(event)) this.fairness.reset()
    apply(this.state, event, this.clock)
    Reference.apply(this.world, event, this.clock)
    for (const notice of this.state.notices.splice(0)) this.demand(this.ledger.watch(notice))
    if (event._tag === "Granted") this.fairness.granted(this.world, this.world.leases.at(-1)!)
    this.demand(this.fairness.fault())
  }

  private settle(event: Extract<Event, { _tag: "Released" }>): void {
    const lease = this.world.leases.find(({ id }) => id === event.lease)
    if (lease !== undefined) this.fairness.settled(lease, Estimate.settled(this.world, lease, event))
  }

  private settled(): void {
    this.demand(this.ledger.balance(this.state.tickets.size, this.state.leases.size))
    if (++this.settlements % (this.wanted.every ?? 1) === 0) this.compare()
  }

  /** After the last step. */
  finish(): void {
    if (this.joined) this.decide()
    this.compare()
  }

  /** Everything with everything. */
  private compare(): void {
    this.demand(Likeness.fault(this.state, this.world))
    this.demand(Bookkeeping.fault(this.state))
    this.demand(Boards.fault(this.state, Math.max(this.clock, this.state.now)))
  }

  private demand(...faults: ReadonlyArray<string | undefined>): void {
    for (const fault of faults) demand(fault, this.wanted)
  }

  private eventOf(step: Exclude<Step, { _tag: "Pass" | "Back" | "Together" }>): Event | undefined {
    const among = <A>(items: Iterable<A>, at: number): A | undefined => {
      const all = [...items]
      return all[Math.floor(at * all.length)]
    }
    switch (step._tag) {
      case "Change":
        if (step.change._tag === "KeyChanged") this.callers.set(step.change.caller.key, step.change.caller)
        if (step.change._tag === "KeyRevoked") this.callers.delete(step.change.key)
        return step.change
      case "Arrive": {
        const caller = this.callers.get(step.key)
        if (caller === undefined) return undefined
        const { kinds, maxWait, mode, model, priority, work } = step
        return {
          _tag: "Arrived",
          ticket: {
            id: `t${++this.arrivals}`,
            // Callers choose the names of their requests, and the same ones again.
            ...(this.arrivals % 3 === 0 ? { requestId: `r${this.arrivals % 4}` } : {}),
            model,
            caller,
            ...(priority === undefined ? {} : { priority }),
            ...(mode === undefined ? {} : { routingMode: mode }),
            ...(kinds === undefined ? {} : { kinds }),
            ...(maxWait === undefined ? {} : { maxWait }),
            ...(work === undefined ? {} : { work })
          }
        }
      }
      case "Withdraw": {
        const ticket = among(this.state.tickets.values(), step.at)
        return ticket === undefined ? undefined : { _tag: "Withdrawn", ticket: ticket.ticket.id }
      }
      case "FirstData": {
        const lease = among(this.state.leases.keys(), step.at)
        return lease === undefined ? undefined : { _tag: "FirstData", lease, ttft: step.ttft }
      }
      case "Release": {
        const lease = among(this.state.leases.keys(), step.at)
        const { outcome, retry, usage } = step
        return lease === undefined ? undefined : { _tag: "Released", lease, outcome, usage, retry }
      }
    }
  }
}

/** What broke and at which step, or the decisions that were taken. */
export type Report =
  | { readonly _tag: "Held"; readonly decisions: ReadonlyArray<string> }
  | { readonly _tag: "Broke"; readonly message: string; readonly step: number }

export const run = (history: History, registry: Registry["Service"], wanted: Demand = {}): Report => {
  const run = new Run(history, registry, wanted)
  const { length } = history.steps
  for (const [at, step] of history.steps.entries()) {
    try {
      run.step(step, history.steps[at + 1]?._tag === "Together")
      if (at + 1 === length) run.finish()
    } catch (cause) {
      const message = cause instanceof Broken
        ? cause.message
        : `it throws ${cause instanceof Error ? cause.stack : cause}`
      return { _tag: "Broke", message, step: at }
    }
  }
  return { _tag: "Held", decisions: run.decisions }
}
