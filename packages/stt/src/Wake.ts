/** Wakes whoever waits for a change, made by whichever process: a state that was reached, a row to be worked on. */
import { changes } from "@aiguilleur/store/Changes"
import { PgClient } from "@effect/sql-pg/PgClient"
import { Context, Effect, Layer, PubSub, Queue, type Scope, Stream } from "effect"

export class Wake extends Context.Service<Wake, {
  /** Names of states and tables; `all` when something may have been missed. */
  readonly subscribe: Effect.Effect<PubSub.Subscription<string>, never, Scope.Scope>
}>()("@aiguilleur/stt/Wake") {
  static readonly layer = Layer.effect(
    Wake,
    Effect.gen(function*() {
      const sql = yield* PgClient
      const pubsub = yield* PubSub.sliding<string>(1024)
      yield* changes(sql, "aiguilleur_stt").pipe(
        Stream.runForEach((change) => PubSub.publish(pubsub, change._tag === "Changed" ? change.id : "all")),
        Effect.forkScoped
      )
      return Wake.of({ subscribe: PubSub.subscribe(pubsub) })
    })
  )
}

/** Runs once at the start, again whenever one of the names is told, and in any case after the interval. */
export const whenever = Effect.fnUntraced(function*<R>(
  names: ReadonlyArray<string>,
  every: number,
  work: Effect.Effect<void, never, R>
): Effect.fn.Return<never, never, R | Wake | Scope.Scope> {
  const subscription = yield* (yield* Wake).subscribe
  // Told while it works, it works once more.
  const due = yield* Queue.sliding<void>(1)
  yield* PubSub.take(subscription).pipe(
    Effect.flatMap((name) => name === "all" || names.includes(name) ? Queue.offer(due, undefined) : Effect.void),
    Effect.forever,
    Effect.forkScoped
  )
  return yield* Effect.forever(
    Effect.andThen(work, Effect.timeoutOption(Queue.take(due), every))
  )
})
