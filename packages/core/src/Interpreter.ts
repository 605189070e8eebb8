/**
 * The one owner of the state: applies events, asks `schedule` until it holds, tells the tickets, arms one timer.
 * Everything runs synchronously, and events that arrive while it works are decided in the same pass; there is no lock.
 */
import { Clock, Effect, Exit, PubSub, Random } from "effect"
import type { Fiber } from "effect"
import { apply } from "./Apply.ts"
import type { Reason } from "./DispatchError.ts"
import { DispatchError, endingOf } from "./DispatchError.ts"
import type { Event } from "./Event.ts"
import type { Lease, LeaseRecord } from "./Lease.ts"
import type { Notice } from "./Notice.ts"
import type { Outcome } from "./Outcome.ts"
import { Outcome as Outcomes } from "./Outcome.ts"
import { Registry } from "./Registry.ts"
import { Roster } from "./Roster.ts"
import { schedule } from "./Schedule.ts"
import type { Settings } from "./Settings.ts"
import { Shadow } from "./Shadow.ts"
import type { State, TicketState } from "./State.ts"
import * as States from "./State.ts"
import type { Ticket } from "./Ticket.ts"
import type { Usage } from "./Work.ts"

type Answer = Exit.Exit<HeldLease, DispatchError>

/** A lease with what its holder has reported of its cost so far. */
export class HeldLease {
  readonly lease: Lease
  usage: Usage | undefined = undefined

  constructor(record: LeaseRecord, post: (event: Event) => void) {
    this.lease = {
      ...record,
      firstData: (ttft) => post({ _tag: "FirstData", lease: record.id, ttft }),
      charge: (usage) => {
        this.usage = usage
      }
    }
  }
}

/** One ticket's side of the conversation, from its arrival until it has ended. */
export interface Waiter {
  readonly ticket: string
  answer: Answer | undefined
  resume: ((answer: Answer) => void) | undefined
}

export interface Interpreter {
  readonly state: State
  readonly notices: PubSub.PubSub<Notice>
  readonly shadow: Shadow
  readonly observers: Set<(notice: Notice) => void>
  readonly now: () => number
  readonly post: (...events: ReadonlyArray<Event>) => void
  /** Throws if a ticket of the same id is alive: its holder would get this one's answers. */
  readonly arrive: (ticket: Ticket) => Waiter
  /** Waits for a lease; interruption leaves the ticket to `retire`. */
  readonly answer: (waiter: Waiter) => Effect.Effect<HeldLease, DispatchError>
  /** Gives a lease back; true if the ticket goes on, and `answer` is to be awaited again. */
  readonly release: (waiter: Waiter, held: HeldLease, outcome: Outcome, retry: boolean) => boolean
  /** Nothing is left of a ticket, whether it still waits or was granted a lease that nobody fetched. */
  readonly retire: (waiter: Waiter) => void
}

/** In a scope whose end disarms the timer. */
export const make = Effect.fnUntraced(function*(settings: Settings) {
  const registry = yield* Registry
  const clock = yield* Clock.Clock
  const random = yield* Random.Random
  const notices = yield* PubSub.sliding<Notice>(1_024)
  const runFork = Effect.runForkWith(yield* Effect.context())
  const state = States.make(settings, registry)
  const shadow = new Shadow()
  const observers: Interpreter["observers"] = new Set()
  const waiters = new Roster<string, Waiter>()
  const answers: Array<readonly [Waiter, Answer]> = []
  let busy = false
  let again = false
  let timer: { readonly at: number; readonly fiber: Fiber.Fiber<void> } | undefined

  // Epoch milliseconds that only move forward: the wall clock is read once.
  const epoch = clock.currentTimeMillisUnsafe()
  const start = clock.monotonicTimeNanosUnsafe()
  const now = (): number => epoch + Math.floor(Number(clock.monotonicTimeNanosUnsafe() - start) / 1e6)

  const tell = (ticket: string, answer: Answer): void => {
    const waiter = waiters.get(ticket)
    if (waiter === undefined) return
    waiter.answer = answer
    if (waiter.resume !== undefined) answers.push([waiter, answer])
  }

  const end = (ticket: TicketState, reason: Reason, at: number): void => {
    const { id } = ticket.ticket
    const error = new DispatchError({ ticket: id, ending: endingOf(ticket, reason), reason })
    apply(state, { _tag: "Ended", ticket: id, reason }, at)
    tell(id, Exit.fail(error))
    waiters.delete(id)
  }

  /** Decides until nothing more is to be decided; gives the instant to wake at. */
  const decide = (at: number): number | undefined => {
    const compared = shadow.due(state)
    for (;;) {
      const roll = random.nextDoubleUnsafe()
      const decision = schedule(state, at, roll)
      if (compared) shadow.compare(state, at, roll, decision)
      switch (decision._tag) {
        case "End":
          end(decision.ticket, decision.reason, at)
          break
        case "Assign": {
          const { candidates, ticket, url } = decision
          apply(state, { _tag: "Granted", ticket: ticket.ticket.id, url, candidates }, at)
          tell(ticket.ticket.id, Exit.succeed(new HeldLease(ticket.lease!.record, post)))
          break
        }
        case "Hold":
          if (state.fresh.length === 0) return decision.wakeAt
          apply(state, { _tag: "Held" }, at)
          // Newcomers without any patience are due now that they were passed over; for others nothing has changed.
          if (decision.wakeAt === undefined || decision.wakeAt > at) return decision.wakeAt
      }
    }
  }

  const announce = (): void => {
    const told = state.notices
    state.notices = []
    for (const notice of told) {
      PubSub.publishUnsafe(notices, notice)
      for (const observe of observers) observe(notice)
    }
  }

  /** `at` is now, for whoever knows it. */
  const drain = (at: number = now()): void => {
    again = true
    if (busy) return
    busy = true
    let wakeAt: number | undefined
    let instant = at
    try {
      while (again) {
        again = false
        wakeAt = decide(instant)
        if (state.notices.length > 0) announce()
        // A resumed fiber runs at once and may post: what its events lead to is decided in the next round.
        if (answers.length > 0) { for (const [waiter, answer] of answers.splice(0)) waiter.resume?.(answer) }
        if (again) instant = now()
      }
    } finally {
      // A strategy that throws fails the one who asked; the next event must find the interpreter free.
      busy = false
    }
    arm(wakeAt)
  }

  /** Events apply at once even within a pass: whoever gives a lease back asks next whether its ticket goes on. */
  const post = (...events: ReadonlyArray<Event>): void => {
    const at = now()
    for (const event of events) apply(state, event, at)
    drain(at)
  }

  /** One timer at most. One that is early does no harm and spares moving it at every grant. */
  const arm = (at: number | undefined): void => {
    if (timer !== undefined && at !== undefined && timer.at <= at) return
    timer?.fiber.interruptUnsafe()
    timer = undefined
    if (at === undefined) return
    const ring = Effect.sync(() => {
      timer = undefined
      drain()
    })
    timer = { at, fiber: runFork(Effect.andThen(Effect.sleep(Math.max(0, at - now())), ring)) }
  }

  yield* Effect.addFinalizer(() => Effect.sync(() => timer?.fiber.interruptUnsafe()))

  const release = (waiter: Waiter, held: HeldLease, outcome: Outcome, retry: boolean): boolean => {
    waiter.answer = undefined
    waiter.resume = undefined
    post({ _tag: "Released", lease: held.lease.id, outcome, usage: held.usage, retry })
    if (waiter.answer !== undefined || state.tickets.has(waiter.ticket)) return true
    waiters.delete(waiter.ticket)
    return false
  }

  const retire = (waiter: Waiter): void => {
    waiter.resume = undefined
    if (waiters.get(waiter.ticket) === waiter) waiters.delete(waiter.ticket)
    const { ticket } = waiter
    const lease = state.tickets.get(ticket)?.lease
    post(
      lease === undefined
        ? { _tag: "Withdrawn", ticket }
        : { _tag: "Released", lease: lease.id, outcome: Outcomes.Withdrawn(), usage: undefined, retry: false }
    )
  }

  const arrive = (ticket: Ticket): Waiter => {
    if (waiters.has(ticket.id)) throw new Error(`a ticket with the id ${ticket.id} is alive`)
    const waiter: Waiter = { ticket: ticket.id, answer: undefined, resume: undefined }
    waiters.add(ticket.id, waiter)
    post({ _tag: "Arrived", ticket })
    return waiter
  }

  const answer = (waiter: Waiter): Effect.Effect<HeldLease, DispatchError> =>
    Effect.suspend(() =>
      waiter.answer ?? Effect.callback<HeldLease, DispatchError>((resume) => {
        waiter.resume = resume
      })
    )

  return { state, notices, observers, shadow, now, post, arrive, answer, release, retire } satisfies Interpreter
})
