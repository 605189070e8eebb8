import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { rowOf } from "../src/StoredUsage.ts"
import * as Rig from "./Rig.ts"

/** Each with what its engine lacks: LMDeploy's figures come late, Ollama has none. */
const fleet = [{ face: "vllm" }, { face: "lmdeploy" }, { face: "ollama", maxNumSeqs: 4 }] as const

const threshold = 300

const options = {
  servers: fleet,
  strategy: "least-busy",
  policy: "performance",
  ttftThreshold: threshold,
  server: { maxConcurrent: 4 }
} as const

const ask = (rig: Rig.Rig) => Effect.flatMap(Rig.post(rig, Rig.chat({ stream: true })), Rig.text)

const counts = (rig: Rig.Rig) => rig.servers.map((server) => server.received())

const figures = (rig: Rig.Rig) =>
  Effect.map(rig.dispatcher.snapshot, ({ models }) => models[0]!.servers.map(({ ttft }) => ttft))

const several = (rig: Rig.Rig, count: number) =>
  Effect.all(Array.from({ length: count }, () => ask(rig)), { concurrency: count })

/** The strategy tries whom it does not know like the best: until there is a figure of each. */
const warm = (rig: Rig.Rig) =>
  Effect.gen(function*() {
    while ((yield* figures(rig)).includes(undefined)) yield* several(rig, 4)
  })

const ofServer = (rig: Rig.Rig, at: number) =>
  rig.usage.last.map(rowOf).filter(({ server }) => server === rig.servers[at]!.url)

const leases = (rig: Rig.Rig, count: number) =>
  Effect.gen(function*() {
    while ((yield* rig.dispatcher.snapshot).leases !== count) yield* Effect.yieldNow
  })

describe("A fleet of a vLLM, an LMDeploy and an Ollama under least-busy and performance", () => {
  it.live("gives the slow one less, and its rows say why: what the strategy saw of it", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make(options)
      rig.servers[1]!.fault({ slowPrefill: 800 })
      yield* warm(rig)
      const before = counts(rig)
      const warming = rig.usage.total
      for (let round = 0; round < 4; round++) yield* several(rig, 8)
      const [vllm, lmdeploy, ollama] = counts(rig).map((count, at) => count - before[at]!)
      assert.isBelow(lmdeploy!, vllm!)
      assert.isBelow(lmdeploy!, ollama!)
      const since = rig.usage.last.slice(warming).map(rowOf)
      const [slow, others] = [0, 1].map((other) =>
        since.filter(({ server }) => Number(server !== rig.servers[1]!.url) === other)
      )
      // Over the threshold it takes a request only when it has nothing else to do: never two at once.
      assert.isTrue(slow!.every(({ leasesAtGrant, score }) => leasesAtGrant === 1 && score! > threshold))
      assert.isAbove((yield* figures(rig))[1]!, 1.5 * Math.max(...others!.map(({ score }) => score!)))
      assert.isTrue(since.every(({ policy, strategy }) => strategy === "least-busy" && policy === "performance"))
    }), 30_000)

  it.live("gives one that stalls nothing more, and its score says why", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make(options)
      const stalled = rig.servers[2]!
      const others = rig.servers.slice(0, 2)
      // First tokens that come late, then none at all.
      stalled.fault({ slowPrefill: 800 })
      yield* warm(rig)
      assert.isAbove((yield* figures(rig))[2]!, threshold)
      // With every slot of the others taken, it is tried: a server that has nothing to do always is.
      for (const server of rig.servers) server.pause()
      const held = stalled.received()
      const filling = yield* Effect.forEach(Array.from({ length: 9 }), () => Effect.forkChild(ask(rig)))
      yield* leases(rig, 9)
      for (const server of others) server.resume()
      yield* leases(rig, 1)
      assert.strictEqual(stalled.received(), held + 1)
      const before = others.map((server) => server.received())
      const settled = rig.usage.total
      for (let round = 0; round < 5; round++) yield* several(rig, 8)
      assert.strictEqual(stalled.received(), held + 1)
      assert.strictEqual(others.reduce((sum, server, at) => sum + server.received() - before[at]!, 0), 40)
      // Two candidates where there were three, and a figure over the threshold for the one that is none.
      const since = rig.usage.last.slice(settled)
      assert.isTrue(since.every(({ attempts }) => attempts[0]!.lease.candidates <= 2))
      assert.isAbove((yield* figures(rig))[2]!, threshold)
      stalled.resume()
      yield* Effect.forEach(filling, Fiber.join)
      assert.isAbove(ofServer(rig, 2).at(-1)!.score!, threshold)
    }), 30_000)

  it.live(
    "takes one that was quick and hangs out of use; whoever met it is served elsewhere",
    () =>
      Effect.gen(function*() {
        // Far above what a busy machine takes for an answer, so that only the one that hangs is suspect.
        const rig = yield* Rig.make({ ...options, settings: { firstByte: 2_000 } })
        const [hung, ...others] = rig.servers as [typeof rig.server, ...Array<typeof rig.server>]
        for (const server of others) server.fault({ slowPrefill: 800 })
        yield* warm(rig)
        hung.fault({ hang: true })
        const state = Effect.map(rig.dispatcher.snapshot, ({ servers }) => servers[0]!.state)
        while ((yield* state) !== "ejected") {
          for (const text of yield* several(rig, 6)) assert.include(text, "[DONE]")
        }
        const met = rig.usage.attempts.filter(({ lease, outcome }) =>
          lease.server.url === hung.url && outcome === "Suspect"
        )
        assert.isAtLeast(met.length, 1)
        assert.isTrue(met.every(({ ttft }) => ttft === undefined))
      }),
    30_000
  )

  it.live("asks nothing of an LMDeploy that was put to sleep, until it is woken", () =>
    Effect.gen(function*() {
      const servers = [{ face: "lmdeploy" }, { face: "ollama", maxNumSeqs: 4 }] as const
      const rig = yield* Rig.make({ servers, strategy: "round-robin", policy: "concurrent-requests" })
      const [lmdeploy] = rig.servers
      const command = (path: string) =>
        Effect.promise(() =>
          fetch(`${lmdeploy!.url}${path}`, { method: "POST", headers: { authorization: `Bearer ${Rig.engineToken}` } })
        )
      yield* command("/sleep")
      const state = Effect.map(rig.dispatcher.snapshot, ({ servers }) => servers[0]!.state)
      while ((yield* state) !== "ejected") yield* ask(rig)
      const before = lmdeploy!.received()
      yield* Effect.forEach([1, 2, 3, 4], () => ask(rig))
      assert.isAtMost(lmdeploy!.received() - before, 1)
      yield* command("/wakeup")
      const served = lmdeploy!.ended("finished")
      while (lmdeploy!.ended("finished") === served) yield* ask(rig)
    }), 30_000)
})

describe("A priority", () => {
  it.live("of ours that is higher overtakes inside a vLLM that schedules by priority", () =>
    Effect.gen(function*() {
      // One sequence at a time in the engine, and room for more there than it can run: the order is the engine's own.
      const rig = yield* Rig.make({
        servers: [{ priorityScheduling: true, maxNumSeqs: 1, manual: true }],
        server: { maxConcurrent: 8 }
      })
      const post = (user: string, key: string, headers: Record<string, string> = {}) =>
        Effect.forkChild(Effect.flatMap(Rig.post(rig, Rig.chat({ user, max_tokens: 2 }), { key, headers }), Rig.text))
      // A server that nobody has seen at work gets one request at a time.
      const first = yield* post("first", Rig.secret)
      yield* rig.server.awaitRequests(1)
      rig.server.stepUntilIdle()
      yield* Fiber.join(first)
      const fibers = [yield* post("running", Rig.urgent)]
      yield* rig.server.awaitRequests(2)
      rig.server.step()
      fibers.push(yield* post("one", Rig.urgent, { "x-priority": "1" }))
      yield* rig.server.awaitRequests(3)
      fibers.push(yield* post("five", Rig.urgent))
      yield* rig.server.awaitRequests(4)
      rig.server.stepUntilIdle()
      yield* Effect.forEach(fibers, Fiber.join)
      const told = rig.server.requests.slice(1).map(({ body, endedAt }) => ({
        user: (body as { user: string }).user,
        priority: (body as { priority: number }).priority,
        endedAt: endedAt!
      }))
      assert.deepStrictEqual(
        told.toSorted((a, b) => a.endedAt - b.endedAt).map(({ priority, user }) => [user, priority]),
        [["running", 0], ["five", 0], ["one", 4]]
      )
    }))

  it.live("never reaches an engine that would refuse it, or that would pass over it", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({
        servers: [{}, { face: "lmdeploy" }, { face: "ollama" }, { face: "vllm", kind: "openai" }],
        strategy: "round-robin"
      })
      // A vLLM that was not started for priorities answers 400 to any but the default.
      for (let n = 0; n < 8; n++) {
        const response = yield* Rig.post(rig, Rig.chat({ priority: 2 }), { headers: { "x-priority": "1" } })
        assert.strictEqual(response.status, 200, yield* Rig.text(response))
      }
      for (const server of rig.servers) {
        assert.isAbove(server.received(), 0)
        for (const { body } of server.requests) assert.notProperty(body, "priority")
      }
    }))
})
