/** The shadow: which events it looks at, what it counts, and that nothing comes of it. */
import { apply } from "@aiguilleur/core/Apply"
import * as Interpreters from "@aiguilleur/core/Interpreter"
import type { Decider } from "@aiguilleur/core/Model"
import { Outcome } from "@aiguilleur/core/Outcome"
import { Registry } from "@aiguilleur/core/Registry"
import { schedule } from "@aiguilleur/core/Schedule"
import type { Server } from "@aiguilleur/core/Server"
import { defaults } from "@aiguilleur/core/Settings"
import { added, mostListed, Shadow } from "@aiguilleur/core/Shadow"
import type { State } from "@aiguilleur/core/State"
import * as States from "@aiguilleur/core/State"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Random } from "effect"
import { model, server, ticket } from "./Fleet.ts"

const acting = { strategy: "round-robin", policy: "concurrent-requests" } as const

interface Town {
  readonly servers?: ReadonlyArray<Server>
  readonly acting?: Decider
  readonly shadow: Decider
  readonly ttftThreshold?: number
}

/** Two servers that have answered once, and a shadow beside them. */
const town = Effect.fnUntraced(function*({ servers = [server("a"), server("b")], shadow, ...fields }: Town) {
  const state = States.make(defaults, yield* Registry)
  for (const server of servers) apply(state, { _tag: "ServerChanged", server }, 0)
  const pair = fields.acting ?? acting
  const { ttftThreshold = 500 } = fields
  apply(state, { _tag: "ModelChanged", model: model(servers, { ...pair, shadow, ttftThreshold }) }, 0)
  for (const host of state.servers.values()) host.cold = false
  return state
})

const arrive = (state: State, id: string, fields: Parameters<typeof ticket>[1] = {}, at = 0) =>
  apply(state, { _tag: "Arrived", ticket: ticket(id, fields) }, at)

/** What is decided is done, and compared with what the shadow says. */
const step = (state: State, shadow: Shadow, at = 0) => {
  const decision = schedule(state, at, 0)
  shadow.compare(state, at, 0, decision)
  if (decision._tag !== "Assign") return undefined
  apply(state, { _tag: "Granted", ticket: decision.ticket.ticket.id, url: decision.url, candidates: 1 }, at)
  return decision.url
}

const only = (shadow: Shadow) => {
  const [tally, ...others] = shadow.drain()
  assert.strictEqual(others.length, 0)
  return tally!
}

describe("the shadow", () => {
  it.effect("looks at one event in twenty, whatever rhythm they come in", () =>
    Effect.gen(function*() {
      const state = yield* town({ shadow: { strategy: "least-busy", policy: "performance" } })
      const shadow = new Shadow()
      const seen = Array.from({ length: 60_000 }, () => shadow.due(state))
      assert.closeTo(seen.filter(Boolean).length, 3_000, 2)
      for (const rhythm of [2, 3, 5, 20, 21]) {
        for (let beat = 0; beat < rhythm; beat++) {
          const count = seen.filter((due, at) => due && at % rhythm === beat).length
          assert.closeTo(count, 3_000 / rhythm, 12, `beat ${beat} of ${rhythm}`)
        }
      }
    }).pipe(Effect.provide(Registry.layer)))

  it.effect("looks at nothing where no model has one", () =>
    Effect.gen(function*() {
      const state = States.make(defaults, yield* Registry)
      apply(state, { _tag: "ServerChanged", server: server("a") }, 0)
      apply(state, { _tag: "ModelChanged", model: model([server("a")]) }, 0)
      const shadow = new Shadow()
      assert.isFalse(Array.from({ length: 100 }, () => shadow.due(state)).some(Boolean))
    }).pipe(Effect.provide(Registry.layer)))

  it.effect("counts a request that goes to another server", () =>
    Effect.gen(function*() {
      const servers = [server("a"), server("b", { maxConcurrent: 8 })]
      const state = yield* town({ servers, shadow: { strategy: "least-busy", policy: "concurrent-requests" } })
      const shadow = new Shadow()
      for (const id of ["1", "2", "3"]) {
        arrive(state, id)
        step(state, shadow)
      }
      // a, b, a in turn; the less occupied of the two would have been a, b, b
      const tally = only(shadow)
      assert.deepInclude(tally, { model: "m", decisions: 3, elsewhere: 1, another: 0, waits: 0, goes: 0, failed: 0 })
      assert.deepStrictEqual(tally.latest, [{
        at: 0,
        kind: "elsewhere",
        acted: { ticket: "3", organisation: "univ-a", key: "key-a", priority: 5, server: "http://a" },
        shadow: { ticket: "3", organisation: "univ-a", key: "key-a", priority: 5, server: "http://b" }
      }])
      assert.deepStrictEqual(shadow.drain(), [])
    }).pipe(Effect.provide(Registry.layer)))

  it.effect("counts a request that would wait, and one that would not", () =>
    Effect.gen(function*() {
      const servers = [server("a", { maxConcurrent: 1 })]
      const none = { strategy: "round-robin", policy: "none" } as const
      const open = yield* town({ servers, acting: none, shadow: acting })
      const shut = yield* town({ servers, acting, shadow: none })
      const shadow = new Shadow()
      for (const state of [open, shut]) {
        for (const id of ["1", "2"]) {
          arrive(state, id)
          step(state, shadow)
        }
      }
      assert.deepStrictEqual(
        shadow.drain().map(({ decisions, goes, waits }) => [decisions, waits, goes]),
        [[2, 1, 0], [2, 0, 1]]
      )
    }).pipe(Effect.provide(Registry.layer)))

  it.effect("counts another request that goes first", () =>
    Effect.gen(function*() {
      const [a, b] = [server("a"), server("b")]
      const state = yield* town({
        servers: [a, b],
        shadow: { strategy: "round-robin", policy: "performance" },
        ttftThreshold: 100
      })
      const shadow = new Shadow()
      // a has one in flight and was slow, so that under `performance` it takes no more
      arrive(state, "1", { caller: { sites: ["a"] } })
      step(state, shadow)
      apply(state, { _tag: "LoadSampled", url: a.url, model: "m", load: { ttft: 5_000 } }, 0)
      arrive(state, "urgent", { caller: { sites: ["a"] } })
      arrive(state, "other", { caller: { sites: ["b"], priority: 1, key: "key-b" } })
      step(state, shadow)
      const { another, latest } = only(shadow)
      assert.strictEqual(another, 1)
      assert.deepStrictEqual([latest[0]!.acted!.ticket, latest[0]!.shadow!.ticket], ["urgent", "other"])
    }).pipe(Effect.provide(Registry.layer)))

  it.effect("survives a strategy that throws, and says so", () =>
    Effect.gen(function*() {
      const { strategies, ...registry } = yield* Registry
      const choose = () => {
        throw new Error("not today")
      }
      const shadow = new Shadow()
      const broken = yield* town({ shadow: { strategy: "least-busy", policy: "none" } }).pipe(
        Effect.provideService(Registry, { ...registry, strategies: { ...strategies, "least-busy": { choose } } })
      )
      arrive(broken, "1")
      assert.strictEqual(step(broken, shadow), "http://a")
      assert.deepInclude(only(shadow), { failed: 1, decisions: 0 })
    }).pipe(Effect.provide(Registry.layer)))

  it("lists the latest, and adds up what came in two parts", () => {
    const difference = (at: number) => ({ at, kind: "goes" as const, acted: null, shadow: null })
    const pairs = { model: "m", acting, shadow: acting }
    const part = (since: number, count: number) => ({
      ...pairs,
      since,
      until: since + count,
      decisions: 2 * count,
      elsewhere: 0,
      another: 0,
      waits: 0,
      goes: count,
      failed: 1,
      latest: Array.from({ length: count }, (_, at) => difference(since + at))
    })
    const sum = added(part(0, 30), part(100, 40))
    assert.deepInclude(sum, { since: 0, until: 140, decisions: 140, goes: 70, failed: 2 })
    assert.deepStrictEqual([sum.latest.length, sum.latest[0]!.at, sum.latest.at(-1)!.at], [mostListed, 20, 139])
  })

  it.effect("changes neither what is decided nor which dice are thrown", () =>
    Effect.gen(function*() {
      const servers = [server("a"), server("b", { maxConcurrent: 3 }), server("c", { organisation: "univ-b" })]
      /** A long history of arrivals and releases, the same each time; gives what was granted, and the dice thrown. */
      const history = Effect.fnUntraced(function*(shadow: Decider | undefined) {
        let rolls = 0
        let seed = 7
        const next = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
        const random = { nextDoubleUnsafe: () => (++rolls * 0.377) % 1, nextIntUnsafe: () => 0 }
        const interpreter = yield* Interpreters.make(defaults).pipe(
          Effect.provideService(Random.Random, random)
        )
        const { post } = interpreter
        post(...servers.map((server) => ({ _tag: "ServerChanged" as const, server })))
        const tried = shadow === undefined ? {} : { shadow }
        post({ _tag: "ModelChanged", model: model(servers, { policy: "performance", ...tried }) })
        const granted: Array<string> = []
        const open: Array<{ readonly waiter: Interpreters.Waiter; readonly held: Interpreters.HeldLease }> = []
        const waiting: Array<Interpreters.Waiter> = []
        const fetch = () => {
          for (const waiter of waiting.splice(0)) {
            if (waiter.answer === undefined) waiting.push(waiter)
            else if (Exit.isSuccess(waiter.answer)) {
              open.push({ waiter, held: waiter.answer.value })
              granted.push(`${waiter.ticket} ${waiter.answer.value.lease.server.url}`)
            }
          }
        }
        for (let id = 0; id < 800; id++) {
          const organisation = next() < 0.5 ? "univ-a" : "univ-b"
          const priority = Math.floor(next() * 6)
          waiting.push(
            interpreter.arrive(ticket(String(id), { caller: { organisation, key: organisation, priority } }))
          )
          fetch()
          if (next() < 0.8 && open.length > 0) {
            const [{ held, waiter }] = open.splice(Math.floor(next() * open.length), 1) as [typeof open[number]]
            held.lease.firstData(Math.floor(next() * 1_000))
            interpreter.release(waiter, held, Outcome.Served(), false)
            fetch()
          }
        }
        return { granted, rolls, seen: interpreter.shadow.drain() }
      }, Effect.scoped)
      const alone = yield* history(undefined)
      assert.isAbove(alone.granted.length, 400)
      assert.deepStrictEqual(alone.seen, [])
      for (const strategy of ["round-robin", "least-busy"] as const) {
        for (const policy of ["none", "concurrent-requests", "performance"] as const) {
          const { granted, rolls, seen } = yield* history({ strategy, policy })
          assert.deepStrictEqual([granted, rolls], [alone.granted, alone.rolls])
          const [{ another, decisions, elsewhere, goes, waits }] = seen as [typeof seen[number]]
          assert.isAbove(decisions, 20)
          const isSame = strategy === "least-busy" && policy === "performance"
          assert.strictEqual(elsewhere + another + waits + goes === 0, isSame, `${strategy} + ${policy}`)
        }
      }
    }).pipe(Effect.provide(Registry.layer)))
})
