/** The one entry to the fleet: a ticket goes in, a lease on a server comes out, and every lease comes back. */
import type { Effect, Option, Scope, Stream } from "effect"
import { Context } from "effect"
import type { DispatchError } from "./DispatchError.ts"
import type { Change } from "./Event.ts"
import type { Lease } from "./Lease.ts"
import type { Notice } from "./Notice.ts"
import type { Outcome } from "./Outcome.ts"
import type { Snapshot } from "./Snapshot.ts"
import type { Ticket } from "./Ticket.ts"

/** One use of a lease: how it ended for the dispatcher, and what it gave. */
export interface Attempt<A> {
  readonly outcome: Outcome
  readonly value: A
}

/** Where a waiting ticket stands. Both figures are forecasts: order changes as service is charged. */
export interface Forecast {
  /** 1 is next. */
  readonly position: number
  /** Milliseconds; unknown before anything was granted for this model. */
  readonly expectedWait: number | undefined
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
  /** None when the ticket is not waiting. Computed at most once a second per model. */
  readonly forecast: (ticket: string) => Effect.Effect<Option.Option<Forecast>>
  /** For observation only: a slow subscriber loses the oldest. */
  readonly notices: Stream.Stream<Notice>
}>()("@aiguilleur/core/Dispatcher") {}
