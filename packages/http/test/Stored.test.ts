/** The service on a database: what commands change is followed, and what was used is kept. */
import type { Tally } from "@aiguilleur/core/Shadow"
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import { Keys } from "@aiguilleur/store/Keys"
import { Organisations } from "@aiguilleur/store/Organisations"
import { Usage } from "@aiguilleur/store/Usage"
import type { UsageRow } from "@aiguilleur/store/UsageRow"
import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { always } from "../../store/test/support/Fixture.ts"
import * as Store from "./command/Store.ts"
import * as Served from "./Served.ts"

const { limit, run } = Store
const { ask, lab, moodle, until, waiting } = Served

const file = (url: string, more = "") => `
organisations: [{ name: univ-a, weight: 2 }, { name: univ-b }]
models:
  - name: m
    aliases: [alias]
    model: simulated
    servers: [{ url: "${url}", kind: vllm, organisation: univ-a, site: dc1, maxConcurrent: 1 }]
  - { name: other, model: simulated, servers: [{ url: "${url}", organisation: univ-a }] }
keys:
  - { name: moodle, organisation: univ-a, priority: 5, secret: "\${MOODLE}" }
  - { name: lab, organisation: univ-b, priority: 1, secret: "\${LAB}" }
${more}`

const start = Effect.gen(function*() {
  yield* Store.clean
  const server = yield* SimulatedServer.start()
  const served = yield* Served.start(file(server.url))
  return { server, served }
})

/** The one slot is taken, by a request that does not end yet. */
const occupied = Effect.gen(function*() {
  const { server, served } = yield* start
  yield* ask(served, moodle)
  server.pause()
  const holder = yield* Effect.forkChild(ask(served, moodle))
  yield* server.awaitRequests(2)
  return { server, served, holder }
})

const rows = Effect.flatMap(Usage, (usage) => Stream.runCollect(usage.rows(always)))

/** The order in which requests reached the engine, by what they asked for. */
const order = (server: SimulatedServer.SimulatedServer) =>
  server.requests.map(({ body }) => (body as { readonly max_tokens: number }).max_tokens)

layer(Store.layer, { excludeTestServices: true, timeout: "60 seconds" })("The gateway on a database", (it) => {
  it.effect("knows the keys of its file, those of commands, and no others", () =>
    Effect.gen(function*() {
      const { served } = yield* start
      assert.strictEqual((yield* ask(served, moodle)).status, 200)
      const made = yield* Store.json("keys", "create", "wiki", "--organisation", "univ-b")
      assert.strictEqual((yield* ask(served, made.secret)).status, 200)
      assert.strictEqual((yield* ask(served, "secret-of-nobody-0123456789")).status, 401)
      const expired = yield* Store.json(..."keys create old --organisation univ-b --expires 2020-01-01".split(" "))
      assert.match((yield* ask(served, expired.secret)).text, /has expired/)
    }), limit)

  it.effect(
    "refuses a key that a command revoked, and fails what waits with it, while leases go on",
    () =>
      Effect.gen(function*() {
        const { holder, served, server } = yield* occupied
        const waiter = yield* Effect.forkChild(ask(served, lab))
        yield* waiting(served, 1)
        yield* run("keys", "revoke", "lab")
        assert.strictEqual((yield* Fiber.join(waiter)).status, 401)
        assert.strictEqual((yield* ask(served, lab)).status, 401)
        yield* run("keys", "revoke", "moodle")
        yield* until(Effect.map(ask(served, moodle), ({ status }) => status === 401))
        server.resume()
        assert.strictEqual((yield* Fiber.join(holder)).status, 200)
      }),
    limit
  )

  it.effect("moves the waiting requests of a key that is edited from priority 1 to 5", () =>
    Effect.gen(function*() {
      const { holder, served, server } = yield* occupied
      yield* run("keys", "edit", "moodle", "--priority", "3")
      const before = yield* Effect.forkChild(ask(served, moodle, "m", { max_tokens: 3 }))
      yield* waiting(served, 1)
      const after = yield* Effect.forkChild(ask(served, lab, "m", { max_tokens: 4 }))
      yield* waiting(served, 2)
      const priorities = Effect.map(served.snapshot, ({ models }) => models[0]!.waitingByPriority)
      // The first edit may still be on its way.
      yield* until(Effect.map(priorities, (now) => now.join() === "0,1,0,1,0,0"))
      yield* run("keys", "edit", "lab", "--priority", "5")
      yield* until(Effect.map(priorities, (now) => now[5] === 1 && now[1] === 0))
      server.resume()
      yield* Fiber.join(holder)
      yield* Fiber.join(before)
      yield* Fiber.join(after)
      assert.deepStrictEqual(order(server).slice(-2), [4, 3])
    }), limit)

  it.effect("answers 403 to what waits for a model that the key may use no more", () =>
    Effect.gen(function*() {
      const { holder, served, server } = yield* occupied
      const waiter = yield* Effect.forkChild(ask(served, lab))
      yield* waiting(served, 1)
      yield* run("keys", "edit", "lab", "--models", "other")
      assert.strictEqual((yield* Fiber.join(waiter)).status, 403)
      server.resume()
      yield* Fiber.join(holder)
    }), limit)

  it.effect("sees a key as it is when its request's slow body is complete", () =>
    Effect.gen(function*() {
      const { served } = yield* start
      const revoked = Promise.withResolvers<void>()
      const body = new ReadableStream({
        async start(controller) {
          controller.enqueue(new TextEncoder().encode("{\"model\":"))
          await revoked.promise
          controller.enqueue(new TextEncoder().encode("\"m\",\"messages\":[]}"))
          controller.close()
        }
      })
      const slow = yield* Effect.forkChild(
        Effect.promise(() =>
          fetch(`${served.url}/v1/chat/completions`, {
            method: "POST",
            headers: { authorization: `Bearer ${lab}`, "content-type": "application/json" },
            body,
            duplex: "half"
          } as RequestInit)
        ),
        { startImmediately: true }
      )
      yield* until(Effect.map(
        Effect.promise(() =>
          fetch(`${served.url}/v1/models`, {
            headers: { authorization: `Bearer ${lab}` }
          })
        ),
        ({ status }) => status === 200
      ))
      yield* run("keys", "revoke", "lab")
      yield* until(Effect.map(ask(served, lab), ({ status }) => status === 401))
      revoked.resolve()
      assert.strictEqual((yield* Fiber.join(slow)).status, 401)
    }), limit)

  it.effect("keeps the weight that a command gave an organisation of the file", () =>
    Effect.gen(function*() {
      const { served, server } = yield* start
      yield* run("organisations", "edit", "univ-b", "--weight", "7")
      yield* served.stop
      const again = yield* Served.start(file(server.url))
      const members = yield* (yield* Organisations).list
      assert.deepStrictEqual(members.map(({ weight }) => weight), [2, 7])
      yield* again.stop
    }), limit)

  it.effect("keeps a row of each request, with what it needed and how it ended", () =>
    Effect.gen(function*() {
      const { holder, served, server } = yield* occupied
      const gone = yield* Effect.forkChild(ask(served, lab))
      yield* waiting(served, 1)
      yield* Fiber.interrupt(gone)
      yield* waiting(served, 0)
      const waiter = yield* Effect.forkChild(ask(served, lab, "alias", { stream: true, priority: 0 }))
      yield* waiting(served, 1)
      server.resume()
      yield* Fiber.join(holder)
      yield* Fiber.join(waiter)
      yield* ask(served, moodle, "nothing")
      yield* ask(served, "secret-of-nobody-0123456789")
      yield* served.stop
      const found: ReadonlyArray<UsageRow> = yield* rows
      assert.deepStrictEqual(found.map(({ ending, reason, status }) => [ending, reason, status]).sort(), [
        ["refused", "model_not_found", 404],
        ["released", null, 200],
        ["released", null, 200],
        ["released", null, 200],
        ["withdrawn", null, null]
      ])
      const streamed = found.find(({ stream }) => stream === true)!
      const key = yield* (yield* Keys).find("lab")
      assert.deepInclude(streamed, {
        keyId: key.id,
        keyName: "lab",
        organisation: "univ-b",
        model: "m",
        endpoint: "/v1/chat/completions",
        server: server.url,
        serverOrganisation: "univ-a",
        site: "dc1",
        outputTokens: 2,
        audioSeconds: null,
        estimated: false,
        strategy: "round-robin",
        policy: "concurrent-requests",
        requeues: 1,
        attempts: 1,
        priority: 0,
        routingMode: "any",
        leasesAtGrant: 1
      })
      const { arrivedAt, finishedAt, firstByteAt, grantedAt, promptTokens } = streamed
      assert.isAtMost(arrivedAt, grantedAt!)
      assert.isAtMost(grantedAt!, firstByteAt!)
      assert.isAtMost(firstByteAt!, finishedAt)
      assert.isAbove(promptTokens!, 0)
      assert.isNotNull(key.lastUsedAt)
    }), limit)

  it.effect(
    "tells what a model's shadow would have done otherwise, restarts and reloads included",
    () =>
      Effect.gen(function*() {
        const { server, served } = yield* start
        yield* served.stop
        const told = Effect.map(run("shadow"), ({ out }) => out)
        assert.match(yield* told, /^No shadow has seen anything yet/)
        const tried = (policy: string) =>
          file(server.url).replace(
            "- name: m\n",
            `- name: m\n    shadow: { strategy: round-robin, policy: ${policy} }\n`
          )
        // Two requests at a time for one slot: with policy `none` the second would not have waited.
        const traffic = (served: Served.Served) =>
          Effect.forEach(Array.from({ length: 120 }), () => ask(served, moodle), { concurrency: 2, discard: true })
        let decisions = 0
        for (const round of [1, 2]) {
          const again = yield* Served.start(tried("none"))
          yield* traffic(again)
          yield* again.stop
          const [tally] = yield* Store.json("shadow", "--model", "m")
          assert.isAbove(tally.decisions, decisions, `round ${round}`)
          decisions = tally.decisions
          assert.isAbove(tally.goes, 0)
          assert.deepStrictEqual([tally.elsewhere, tally.another, tally.waits, tally.failed], [0, 0, 0, 0])
          const { since, until } = tally
          assert.isAtMost(since, until)
        }
        const text = yield* told
        assert.match(text, /m: round-robin \+ concurrent-requests acts, round-robin \+ none in its shadow/)
        assert.match(text, /a request sent that waited/)
        // keys by their names, and nothing of what was asked
        assert.include(text, "moodle (univ-a, 5) to http://127.0.0.1")
        assert.notInclude(text, "Hello")

        const reloaded = yield* Served.start(tried("none"))
        yield* reloaded.write(tried("concurrent-requests"))
        assert.isTrue(yield* reloaded.reload)
        yield* traffic(reloaded)
        yield* reloaded.stop
        const tallies: ReadonlyArray<Tally> = yield* Store.json("shadow", "--forget")
        assert.deepStrictEqual(tallies.map(({ shadow }) => shadow.policy), ["concurrent-requests", "none"])
        assert.strictEqual(tallies[0]!.goes, 0)
        assert.isAbove(tallies[0]!.decisions, 0)
        assert.deepStrictEqual(yield* Store.json("shadow"), [])
        yield* run("shadow", "--last", "0")
      }),
    limit
  )
})
