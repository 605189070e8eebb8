/** Fibers that the interpreter resumes run at once, in the midst of its pass: what they do there must count. */
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import { Outcome } from "@aiguilleur/core/Outcome"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber } from "effect"
import { fleet, hold, model, server, settled, ticket } from "./Fleet.ts"

const s1 = server("s1", { maxConcurrent: 1 })
const one = fleet([s1], [model([s1])])

const served = () => Effect.succeed({ outcome: Outcome.Served(), value: "served" })

const leases = Effect.flatMap(
  Effect.service(Dispatcher),
  (dispatcher) => Effect.map(dispatcher.snapshot, ({ leases, waiting }) => ({ leases, waiting }))
)

describe("Interpreter", () => {
  it.effect("ends a use that is over within the pass that granted it", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      const busy = yield* hold("busy")
      const waiters = yield* Effect.forEach(
        ["a", "b", "c"],
        (id) => Effect.forkChild(dispatcher.run(ticket(id), served))
      )
      yield* settled
      yield* busy.end()
      for (const waiter of waiters) assert.deepStrictEqual(waiter.pollUnsafe(), Exit.succeed("served"))
      assert.deepStrictEqual(yield* leases, { leases: 0, waiting: 0 })
    }).pipe(Effect.provide(one)))

  it.effect("retries a use that is refused within the pass that granted it", () =>
    Effect.gen(function*() {
      const s2 = server("s2", { maxConcurrent: 1 })
      yield* Effect.gen(function*() {
        const dispatcher = yield* Dispatcher
        const held = yield* hold("busy")
        const other = yield* hold("other")
        const retried = yield* Effect.forkChild(dispatcher.run(ticket("retried"), ({ attempt, server: { url } }) =>
          Effect.succeed({ outcome: attempt === 1 ? Outcome.Suspect() : Outcome.Served(), value: url })))
        yield* settled
        yield* held.end()
        assert.isUndefined(retried.pollUnsafe())
        yield* other.end()
        assert.deepStrictEqual(retried.pollUnsafe(), Exit.succeed(other.leases[0]!.server.url))
        assert.deepStrictEqual(yield* leases, { leases: 0, waiting: 0 })
      }).pipe(Effect.provide(fleet([s1, s2], [model([s1, s2])])))
    }))

  it.effect("gives the slot back when use throws instead of giving an effect", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      const exit = yield* Effect.exit(dispatcher.run(ticket("broken"), (): Effect.Effect<never> => {
        throw new Error("no effect")
      }))
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
      assert.deepStrictEqual(yield* leases, { leases: 0, waiting: 0 })
    }).pipe(Effect.provide(one)))

  it.effect("dies of a ticket whose id is alive, and leaves its namesake alone", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      yield* hold("busy")
      const first = yield* Effect.forkChild(dispatcher.run(ticket("twin"), served))
      yield* settled
      const second = yield* Effect.exit(dispatcher.run(ticket("twin"), served))
      assert.isTrue(Exit.isFailure(second) && Cause.hasDies(second.cause))
      assert.deepStrictEqual(yield* leases, { leases: 1, waiting: 1 })
      yield* Fiber.interrupt(first)
      assert.deepStrictEqual(yield* leases, { leases: 1, waiting: 0 })
    }).pipe(Effect.provide(one)))
})
