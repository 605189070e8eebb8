/** Why was I here? What a caller is told of a request's way through the queue, rule by rule. */
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import type { Explanation } from "@aiguilleur/core/Explanation"
import { Outcome } from "@aiguilleur/core/Outcome"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Option } from "effect"
import { TestClock } from "effect/testing"
import { caller, fleet, hold, model, server, settled } from "./Fleet.ts"

const ask = (request: string, organisation = "univ-a") =>
  Effect.flatMap(Dispatcher, (dispatcher) => dispatcher.explain(organisation, request))

const explain = (request: string, organisation = "univ-a") => Effect.map(ask(request, organisation), Option.getOrThrow)

const rules = ({ overtakenBy }: Explanation) => overtakenBy.map(({ rule }) => rule)

const later = TestClock.adjust("1 millis")

const one = server("one", { maxConcurrent: 1 })
const single = fleet([one], [model([one])])

describe("An explanation", () => {
  it.effect("of a request that was served at once says where, and that nobody overtook it", () =>
    Effect.gen(function*() {
      const held = yield* hold("r")
      const running = yield* explain("r")
      assert.deepInclude(running, { state: "in-flight", waited: 0, requeues: 0, overtakenBy: [], standing: undefined })
      assert.strictEqual(running.attempts[0]!.lease.server.url, one.url)
      yield* held.end()
      const { attempts, state } = yield* explain("r")
      assert.strictEqual(state, "released")
      assert.deepInclude(attempts[0]!, { outcome: "Served" })
      assert.isDefined(attempts[0]!.releasedAt)
    }).pipe(Effect.provide(single)))

  it.effect("of one that waits says what holds it back and how its organisation stands, nobody named", () =>
    Effect.gen(function*() {
      const b = { organisation: "univ-b", key: "key-b" }
      const first = yield* hold("first", { caller: b })
      yield* hold("second")
      yield* hold("r", { caller: b })
      yield* first.end()
      yield* TestClock.adjust("65 seconds")
      const told = yield* explain("r", "univ-b")
      assert.deepInclude(told, { state: "waiting", waited: 65_000, requeues: 1, priority: 5, effective: 5 })
      assert.deepStrictEqual(told.obstacles, [["full", 1]])
      // Both had had as much; then univ-a was charged what its request is expected to be.
      assert.deepStrictEqual(told.standing, { own: 0, others: [1_000] })
    }).pipe(Effect.provide(single)))

  it.effect("shows ageing beside the base priority", () =>
    Effect.gen(function*() {
      yield* hold("r1")
      yield* hold("r2", { priority: 1 })
      yield* TestClock.adjust("125 seconds")
      assert.deepInclude(yield* explain("r2"), { priority: 1, effective: 3 })
    }).pipe(Effect.provide(single)))

  it.effect("tells those that were more urgent from those whose organisation, or key, had had less", () =>
    Effect.gen(function*() {
      const b = { organisation: "univ-b", key: "key-b" }
      const first = yield* hold("first", { priority: 3 })
      yield* later
      yield* hold("r", { priority: 3 })
      yield* later
      const urgent = yield* hold("urgent", { priority: 5 })
      const foreign = yield* hold("foreign", { priority: 3, caller: b })
      const sibling = yield* hold("sibling", { priority: 3, caller: { key: "another" } })
      yield* hold("younger", { priority: 3 })
      yield* first.end()
      yield* urgent.end()
      yield* foreign.end()
      yield* sibling.end()
      const told = yield* explain("r")
      assert.strictEqual(told.state, "in-flight")
      assert.deepStrictEqual(rules(told), ["fair-share-of-keys", "fair-share", "priority"])
      assert.deepStrictEqual(told.overtakenBy.map(({ sameOrganisation }) => sameOrganisation), [true, false, true])
      assert.deepStrictEqual((yield* explain("younger")).overtakenBy, [])
    }).pipe(Effect.provide(single)))

  it.effect("knows the slots that were not for it: headroom, the owner's reserve, another site's server", () => {
    const crowded = server("crowded", { maxConcurrent: 1, headroom: 1 })
    const kept = server("kept", { organisation: "univ-b", maxConcurrent: 2, ownerReserve: 1 })
    const b = { organisation: "univ-b", key: "key-b" }
    return Effect.gen(function*() {
      const atCrowded = { sites: ["crowded"] }
      yield* hold("held", { priority: 1, caller: atCrowded })
      yield* later
      yield* hold("r", { priority: 1, caller: atCrowded })
      yield* later
      yield* hold("urgent", { priority: 5, caller: atCrowded })
      assert.deepStrictEqual(rules(yield* explain("r")), ["headroom"])
      const guests = [
        yield* hold("g1", { caller: { sites: ["kept"] } }),
        yield* hold("g2", { caller: { sites: ["kept"] } })
      ]
      yield* later
      yield* hold("guest", { priority: 5, caller: { sites: ["kept"] } })
      yield* later
      yield* hold("owner", { priority: 0, caller: { ...b, sites: ["kept"] } })
      yield* guests[0]!.end()
      assert.deepStrictEqual(rules(yield* explain("guest")), ["owner-reserve"])
      assert.deepStrictEqual(rules(yield* explain("r")), [
        "another-server",
        "another-server",
        "another-server",
        "headroom"
      ])
    }).pipe(Effect.provide(fleet([crowded, kept], [model([crowded, kept])])))
  })

  it.effect("lists the servers that it came back from, and why", () => {
    const two = server("two", { maxConcurrent: 1 })
    return Effect.gen(function*() {
      const held = yield* hold("r")
      yield* held.end(Outcome.Busy({ retryAfter: undefined }))
      yield* held.end(Outcome.Suspect())
      yield* settled
      const { attempts, requeues } = yield* explain("r")
      assert.deepStrictEqual(attempts.map(({ outcome }) => outcome), ["Busy", "Suspect"])
      assert.strictEqual(requeues, 1)
    }).pipe(Effect.provide(fleet([one, two], [model([one, two])])))
  })

  it.effect("keeps to the last twenty that overtook it", () =>
    Effect.gen(function*() {
      let held = yield* hold("first", { priority: 5 })
      yield* later
      yield* hold("r", { priority: 0 })
      for (let at = 0; at < 25; at++) {
        yield* later
        const next = yield* hold(`u${at}`, { priority: 5 })
        yield* held.end()
        held = next
      }
      const { overtakenBy } = yield* explain("r")
      assert.strictEqual(overtakenBy.length, 20)
      assert.isAbove(overtakenBy[0]!.at, overtakenBy[19]!.at)
    }).pipe(Effect.provide(single)))

  it.effect("is for its own organisation alone, whatever others call theirs", () =>
    Effect.gen(function*() {
      yield* hold("t1", { requestId: "mine" })
      yield* hold("t2", { requestId: "mine", caller: { organisation: "univ-b", key: "key-b" } })
      assert.strictEqual((yield* explain("mine")).ticket, "t1")
      assert.strictEqual((yield* explain("mine", "univ-b")).ticket, "t2")
      assert.isTrue(Option.isNone(yield* ask("mine", "univ-c")))
      assert.isTrue(Option.isNone(yield* ask("t1")))
      const plain = yield* hold("t3")
      for (const end of [Effect.void, Fiber.interrupt(plain.fiber)]) {
        yield* end
        assert.isTrue(Option.isSome(yield* ask("t3")))
        assert.isTrue(Option.isNone(yield* ask("t3", "univ-b")))
      }
    }).pipe(Effect.provide(single)))

  it.effect("is found by the organisation that asked, and forgotten, even if its key has moved to another since", () =>
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      yield* hold("held", { requestId: "other" })
      const moved = yield* hold("moved", { requestId: "mine" })
      yield* dispatcher.change({ _tag: "KeyChanged", caller: caller({ organisation: "univ-b" }) })
      assert.strictEqual((yield* explain("mine")).ticket, "moved")
      yield* Fiber.interrupt(moved.fiber)
      yield* TestClock.adjust("1 minute")
      assert.isTrue(Option.isNone(yield* ask("mine")))
    }).pipe(Effect.provide(fleet([one], [model([one])], { settings: { explain: 60_000, explained: 3 } }))))

  it.effect("says nothing of the one whose place in the memory it has taken", () => {
    const two = server("two", { maxConcurrent: 1 })
    return Effect.gen(function*() {
      const tried = yield* hold("tried")
      yield* tried.end(Outcome.Suspect())
      yield* tried.end()
      assert.deepStrictEqual((yield* explain("tried")).attempts.map(({ outcome }) => outcome), ["Suspect", "Served"])
      const plain = yield* hold("plain")
      yield* plain.end()
      const { attempts, state } = yield* explain("plain")
      assert.deepStrictEqual([state, attempts.map(({ outcome }) => outcome)], ["released", ["Served"]])
      assert.isTrue(Option.isNone(yield* ask("tried")))
      const refused = yield* hold("refused", { caller: { models: [] } })
      yield* Effect.exit(Fiber.join(refused.fiber))
      assert.deepInclude(yield* explain("refused"), { state: "refused", reason: "NotAllowed", attempts: [] })
    }).pipe(Effect.provide(fleet([one, two], [model([one, two])], { settings: { explain: 60_000, explained: 1 } })))
  })

  it.effect("is forgotten after a while, and the oldest first when there are too many", () =>
    Effect.gen(function*() {
      for (const id of ["a", "b", "c", "d"]) yield* Effect.flatMap(hold(id), ({ end }) => end())
      assert.deepStrictEqual(
        (yield* Effect.forEach(["a", "b", "c", "d"], (id) => ask(id))).map(Option.isSome),
        [false, true, true, true]
      )
      yield* TestClock.adjust("59999 millis")
      assert.isTrue(Option.isSome(yield* ask("d")))
      yield* TestClock.adjust("1 millis")
      assert.isTrue(Option.isNone(yield* ask("d")))
    }).pipe(Effect.provide(fleet([one], [model([one])], { settings: { explain: 60_000, explained: 3 } }))))

  it.effect("remembers why a request was refused, and nothing where that is switched off", () =>
    Effect.gen(function*() {
      yield* hold("held")
      const refused = yield* hold("r", { caller: { threshold: 0 } })
      yield* Effect.exit(Fiber.join(refused.fiber))
      assert.deepInclude(yield* explain("r"), { state: "refused", reason: "ThresholdReached", attempts: [] })
      const silent = Effect.gen(function*() {
        yield* hold("r")
        assert.isTrue(Option.isNone(yield* ask("r")))
      })
      yield* silent.pipe(Effect.provide(fleet([one], [model([one])], { settings: { explain: undefined } })))
    }).pipe(Effect.provide(single)))
})
