/** The one entry to the fleet: a ticket goes in, a lease on a server comes out, and every lease comes back. */
import { Cause, Context, Effect, Exit, Layer, Option, Stream } from "effect"
import type { Scope } from "effect"
import type { Board } from "./Board.ts"
import type { DispatchError } from "./DispatchError.ts"
import type { Change } from "./Event.ts"
import type { Explanation } from "./Explanation.ts"
import { explain } from "./Explanation.ts"
import type { Forecast } from "./Forecaster.ts"
import { Forecaster } from "./Forecaster.ts"
import type { HeldLease, Interpreter, Waiter } from "./Interpreter.ts"
import * as Interpreters from "./Interpreter.ts"
import type { KeyQueue } from "./KeyQueue.ts"
import { keyQueue } from "./KeyQueue.ts"
import type { Lease } from "./Lease.ts"
import type { Notice } from "./Notice.ts"
import { Outcome } from "./Outcome.ts"
import type { Wait } from "./Outlook.ts"
import { Registry } from "./Registry.ts"
import type { Settings } from "./Settings.ts"
import { defaults } from "./Settings.ts"
import type { Tally } from "./Shadow.ts"
import type { Snapshot } from "./Snapshot.ts"
import { snapshot } from "./Snapshot.ts"
import { board } from "./Survey.ts"
import type { Ticket } from "./Ticket.ts"

/** One use of a lease: how it ended for the dispatcher, and what it gave. */
export interface Attempt<A> {
  readonly outcome: Outcome
  readonly value: A
}

export class Dispatcher extends Context.Service<Dispatcher, {
  /**
   * Waits for a server. The lease is given back when the scope closes: served if it closes in success, withdrawn
   * otherwise. Interruption while waiting withdraws the ticket at once.
   */
  readonly acquire: (ticket: Ticket) => Effect.Effect<Lease, DispatchError, Scope.Scope>
  /**
   * Acquires, uses, and acquires again while the outcome is one that may be retried (DESIGN §3.5). Gives the value
   * of the last attempt; when retries are spent, fails with `AttemptsExhausted`. A failure of `use` is `Withdrawn`
   * when interrupted, `Broken` otherwise, and the lease is always released exactly once.
   */
  readonly run: <A, E, R>(
    ticket: Ticket,
    use: (lease: Lease) => Effect.Effect<Attempt<A>, E, R>
  ) => Effect.Effect<A, DispatchError | E, R>
  /** Tells the dispatcher of a change; those of one call are one pass. */
  readonly change: (...changes: ReadonlyArray<Change>) => Effect.Effect<void>
  /** What the fleet and the waiting rooms look like now. */
  readonly snapshot: Effect.Effect<Snapshot>
  /** The same as an operator's board shows it: of a size that does not grow with how many wait. */
  readonly boardUnsafe: () => Board
  /** None when the ticket is not waiting. */
  readonly forecast: (ticket: string) => Effect.Effect<Option.Option<Forecast>>
  /** What a ticket like this one would have to wait if it came now; nothing is known of a model without servers. */
  readonly newcomer: (ticket: Ticket) => Effect.Effect<Option.Option<Wait>>
  /** What a key has waiting and under way; of its tickets the oldest, so many at most. */
  readonly keyQueue: (key: string, most: number) => Effect.Effect<KeyQueue>
  /** Why a request of an organisation was where it was; none that is not remembered, or is another organisation's. */
  readonly explain: (organisation: string, request: string) => Effect.Effect<Option.Option<Explanation>>
  /** What the shadows of models have seen since this was last asked. */
  readonly shadows: Effect.Effect<ReadonlyArray<Tally>>
  /** For observation only: a slow subscriber loses the oldest. */
  readonly notices: Stream.Stream<Notice>
  /** For observation only, and losing nothing: called within the pass, so it must return at once and never throw. */
  readonly observe: (observer: (notice: Notice) => void) => Effect.Effect<void, never, Scope.Scope>
}>()("@aiguilleur/core/Dispatcher") {
  /** Needs the registry of strategies and policies. */
  static readonly layerNoDeps = (settings: Partial<Settings> = {}) =>
    Layer.effect(Dispatcher, Effect.map(Interpreters.make({ ...defaults, ...settings }), make))

  static readonly layer = (settings: Partial<Settings> = {}) =>
    Dispatcher.layerNoDeps(settings).pipe(Layer.provide(Registry.layer))
}

const make = (interpreter: Interpreter): Dispatcher["Service"] => {
  const { arrive, notices, now, observers, post, release, retire, shadow, state } = interpreter

  type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

  /** Whoever was answered on arrival awaits nothing; whoever is interrupted here leaves nothing behind. */
  const granted = (waiter: Waiter, restore: Restore): Effect.Effect<HeldLease, DispatchError> =>
    waiter.answer ?? Effect.onExitPrimitive(
      restore(interpreter.answer(waiter)),
      (exit) => Exit.isFailure(exit) && Cause.hasInterrupts(exit.cause) ? Effect.sync(() => retire(waiter)) : undefined
    )

  // Thousands go through here in a second: each operation of the fiber counts.
  const run = <A, E, R>(
    ticket: Ticket,
    use: (lease: Lease) => Effect.Effect<Attempt<A>, E, R>
  ): Effect.Effect<A, DispatchError | E, R> =>
    Effect.uninterruptibleMask((restore) => {
      const waiter = arrive(ticket)
      const attempt = (held: HeldLease): Effect.Effect<A, DispatchError | E, R> =>
        Effect.matchCauseEffect(restore(Effect.suspend(() => use(held.lease))), {
          onSuccess: ({ outcome, value }) => release(waiter, held, outcome, true) ? next() : Effect.succeed(value),
          onFailure: (cause) => {
            release(waiter, held, Cause.hasInterrupts(cause) ? Outcome.Withdrawn() : Outcome.Broken(), false)
            return Effect.failCause(cause)
          }
        })
      const next = () => {
        const { answer } = waiter
        return answer !== undefined && Exit.isSuccess(answer)
          ? attempt(answer.value)
          : Effect.flatMap(granted(waiter, restore), attempt)
      }
      return next()
    })

  const acquire: Dispatcher["Service"]["acquire"] = (ticket) =>
    Effect.uninterruptibleMask((restore) => {
      const waiter = arrive(ticket)
      return Effect.tap(granted(waiter, restore), (held) =>
        Effect.addFinalizer((exit) =>
          Effect.sync(() => {
            release(waiter, held, Exit.isSuccess(exit) ? Outcome.Served() : Outcome.Withdrawn(), false)
          })
        ))
    }).pipe(Effect.map((held: HeldLease) => held.lease))

  const forecaster = new Forecaster(state)

  return {
    acquire,
    run,
    change: (...changes) => Effect.sync(() => post(...changes)),
    snapshot: Effect.sync(() => snapshot(state, now())),
    boardUnsafe: () => board(state, now()),
    forecast: (ticket) => Effect.sync(() => Option.fromUndefinedOr(forecaster.of(ticket, now()))),
    newcomer: (ticket) => Effect.sync(() => Option.fromUndefinedOr(forecaster.newcomer(ticket, now()))),
    keyQueue: (key, most) => Effect.sync(() => keyQueue(state, forecaster, key, most, now())),
    explain: (organisation, request) =>
      Effect.sync(() => Option.fromUndefinedOr(explain(state, organisation, request, now()))),
    shadows: Effect.sync(() => shadow.drain()),
    notices: Stream.fromPubSub(notices),
    observe: (observer) =>
      Effect.asVoid(Effect.acquireRelease(
        Effect.sync(() => observers.add(observer)),
        () => Effect.sync(() => observers.delete(observer))
      ))
  }
}
