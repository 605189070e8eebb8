import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import { Outcome } from "@aiguilleur/core/Outcome"
import type { Ticket } from "@aiguilleur/core/Ticket"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Option, Scope } from "effect"
import { TestClock } from "effect/testing"
import type { Held } from "./Fleet.ts"
import { fleet, hold, model, server, settled, ticket } from "./Fleet.ts"

const s1 = server("s1", { maxConcurrent: 1 })
const one = fleet([s1], [model([s1], { patience: 30_000 })])

const s2 = server("s2", { kind: "ollama" })
const mixed = fleet([s1, s2], [model([s1, s2])])

const errorOf = ({ fiber }: Held) => Effect.flip(Fiber.join(fiber))

describe("Dispatcher", () => {
  it.effect("evicts a ticket at the very millisecond its patience is spent", () =>
    Effect.gen(function*() {
      yield* hold("busy")
      const late = yield* hold("late")
      yield* TestClock.adjust(29_999)
      assert.isUndefined(late.fiber.pollUnsafe())
      yield* TestClock.adjust(1)
      const { ending, reason } = yield* errorOf(late)
      assert.strictEqual(ending, "evicted")
      assert.isTrue(reason._tag === "PatienceSpent" && reason.waited === 30_000)
      assert.strictEqual((yield* (yield* Dispatcher).snapshot).waiting, 0)
    }).pipe(Effect.provide(one)))

  it.effect("honours a shorter wait that the caller asked for, and grants what is free to one with no patience", () =>
    Effect.gen(function*() {
      const busy = yield* hold("busy", { maxWait: 0 })
      assert.lengthOf(busy.leases, 1)
      const hasty = yield* hold("hasty", { maxWait: 0 })
      assert.strictEqual((yield* errorOf(hasty)).reason._tag, "PatienceSpent")
      const brief = yield* hold("brief", { maxWait: 2_000 })
      yield* TestClock.adjust(1_999)
      assert.isUndefined(brief.fiber.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.strictEqual((yield* errorOf(brief)).reason._tag, "PatienceSpent")
    }).pipe(Effect.provide(one)))

  it.effect("counts patience over waits, not over time in flight", () =>
    Effect.gen(function*() {
      const busy = yield* hold("busy")
      const twice = yield* hold("twice", { caller: { priority: 4 } })
      yield* TestClock.adjust(20_000)
      yield* busy.end()
      assert.lengthOf(twice.leases, 1)
      yield* TestClock.adjust(100_000)
      yield* twice.end(Outcome.Busy({ retryAfter: 60_000 }))
      yield* TestClock.adjust(9_999)
      assert.isUndefined(twice.fiber.pollUnsafe())
      yield* TestClock.adjust(1)
      const { reason } = yield* errorOf(twice)
      assert.isTrue(reason._tag === "PatienceSpent" && reason.waited === 30_000)
    }).pipe(Effect.provide(one)))

  it.effect("ends a ticket whose total time from its first grant is spent while it waits for a retry", () =>
    Effect.gen(function*() {
      const busy = yield* hold("busy")
      yield* TestClock.adjust(590_000)
      yield* busy.end(Outcome.Busy({ retryAfter: 60_000 }))
      yield* TestClock.adjust(9_999)
      assert.isUndefined(busy.fiber.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.strictEqual((yield* errorOf(busy)).reason._tag, "TotalSpent")
    }).pipe(Effect.provide(one)))

  it.effect("refuses an arrival at the key's threshold and at an unknown model", () =>
    Effect.gen(function*() {
      yield* hold("busy")
      yield* hold("first", { caller: { threshold: 1 } })
      const second = yield* errorOf(yield* hold("second", { caller: { threshold: 1 } }))
      assert.strictEqual(second.ending, "refused")
      assert.isTrue(second.reason._tag === "ThresholdReached" && second.reason.waiting === 1)
      const unknown = yield* errorOf(yield* hold("unknown", { model: "nope" }))
      assert.isTrue(unknown.reason._tag === "UnknownModel" && unknown.reason.model === "nope")
      const elsewhere = yield* errorOf(yield* hold("elsewhere", { caller: { sites: ["nowhere"] } }))
      assert.strictEqual(elsewhere.ending, "refused")
      assert.strictEqual(elsewhere.reason._tag, "NoServer")
    }).pipe(Effect.provide(one)))

  it.effect("grants a ticket servers of the kinds that have what it asks for, and refuses one that no server has", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      const url = (kinds: Ticket["kinds"]) =>
        Effect.scoped(Effect.map(
          dispatcher.acquire(ticket("asking", kinds === undefined ? {} : { kinds })),
          (lease) => lease.server.kind
        ))
      assert.deepStrictEqual(yield* Effect.all([url(["ollama"]), url(["ollama"]), url(["whisper", "vllm"])]), [
        "ollama",
        "ollama",
        "vllm"
      ])
      assert.strictEqual((yield* Effect.flip(url(["lmdeploy"]))).reason._tag, "NoServer")
    }).pipe(Effect.provide(mixed)))

  it.effect("lets a caller ask for less urgency than its key has, never for more, and tells what was granted", () =>
    Effect.gen(function*() {
      const cases = [[undefined, 4, 4], [2, 4, 2], [9, 4, 4], [undefined, 9, 5]] as const
      for (const [asked, own, granted] of cases) {
        const fields = asked === undefined ? {} : { priority: asked }
        const held = yield* hold(`${asked} of ${own}`, { ...fields, caller: { priority: own } })
        assert.strictEqual(held.leases[0]!.priority, granted)
        yield* held.end()
      }
    }).pipe(Effect.provide(one)))

  it.effect("withdraws a waiting ticket whose client leaves, and frees the slot of one in flight", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      const busy = yield* hold("busy")
      const gone = yield* hold("gone")
      const next = yield* hold("next")
      yield* Fiber.interrupt(gone.fiber)
      assert.strictEqual((yield* dispatcher.snapshot).waiting, 1)
      yield* Fiber.interrupt(busy.fiber)
      yield* settled
      assert.lengthOf(next.leases, 1)
      assert.lengthOf(gone.leases, 0)
      yield* next.end()
      const { leases, waiting } = yield* dispatcher.snapshot
      assert.deepStrictEqual([leases, waiting], [0, 0])
    }).pipe(Effect.provide(one)))

  it.effect("gives an acquired lease back when its scope closes", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      const scope = yield* Scope.make()
      const lease = yield* dispatcher.acquire(ticket("scoped")).pipe(Effect.provideService(Scope.Scope, scope))
      assert.strictEqual(lease.server.url, s1.url)
      assert.strictEqual((yield* dispatcher.snapshot).leases, 1)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* dispatcher.snapshot).leases, 0)
    }).pipe(Effect.provide(one)))

  it.effect("tells a waiting ticket its place, and forgets it once granted", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      yield* hold("busy")
      yield* hold("second", { caller: { key: "low", priority: 1 } })
      yield* hold("first", { caller: { key: "high", priority: 3 } })
      assert.strictEqual(Option.getOrThrow(yield* dispatcher.forecast("first")).position, 1)
      assert.strictEqual(Option.getOrThrow(yield* dispatcher.forecast("second")).position, 2)
      assert.isTrue(Option.isNone(yield* dispatcher.forecast("busy")))
    }).pipe(Effect.provide(one)))

  it.effect("serves organisations in turn at equal priority, whoever sends more", () =>
    Effect.gen(function*() {
      let busy: Held = yield* hold("busy", { caller: { key: "kb", organisation: "univ-b" } })
      const order: Array<string> = []
      const waiters: Array<Held> = []
      for (const at of [0, 1, 2, 3]) waiters.push(yield* hold(`a${at}`))
      for (const at of [0, 1]) waiters.push(yield* hold(`b${at}`, { caller: { key: "kb", organisation: "univ-b" } }))
      for (let at = 0; at < 6; at++) {
        yield* busy.end()
        busy = waiters.find(({ fiber, leases }) => leases.length > 0 && fiber.pollUnsafe() === undefined)!
        order.push(busy.leases[0]!.ticket.id)
      }
      assert.deepStrictEqual(order, ["a0", "b0", "a1", "b1", "a2", "a3"])
    }).pipe(Effect.provide(one)))
})
