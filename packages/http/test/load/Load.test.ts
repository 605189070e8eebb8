/** The load of a scenario at real endpoints: what is sent, what is made of the answers, and what is said of mistakes. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import type { Scenario } from "@aiguilleur/lab/scenario/Scenario"
import * as ScenarioFile from "@aiguilleur/lab/scenario/ScenarioFile"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Result } from "effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as Load from "../../src/load/Load.ts"
import * as Preflight from "../../src/load/Preflight.ts"
import * as Prompt from "../../src/load/Prompt.ts"
import * as Secrets from "../../src/load/Secrets.ts"

const limit = 30_000

const scenario = (populations: ReadonlyArray<Record<string, unknown>>): Scenario =>
  Result.getOrThrow(ScenarioFile.decode({
    name: "load",
    seed: 1,
    // It ends when everything has been answered.
    duration: "1 hour",
    models: [{ name: "simulated" }],
    servers: [{ name: "a", profile: "test", organisation: "univ-a", maxConcurrent: 4 }],
    populations: populations.map((population, place) => ({
      name: `population-${place}`,
      organisation: "univ-a",
      priority: 5,
      prompt: 10,
      output: 5,
      ...population
    })),
    columns: [{ name: "one", strategy: "round-robin", policy: "none" }]
  }))

const trace = (...requests: ReadonlyArray<readonly [number, number, number]>) => ({ kind: "trace", requests })

const target = (url: string, fields: Partial<Load.Target> = {}): Load.Target => ({
  url: new URL(url),
  keyOf: () => undefined,
  modelOf: () => "simulated",
  ignoreEos: false,
  ...fields
})

const machineOf = (url: string) => ({
  url,
  name: url,
  organisation: null,
  profile: null,
  maxConcurrent: null,
  preemptions: null,
  reused: null
})

const run = (played: Scenario, aim: Load.Target) => Load.run(played, aim, machineOf)

const endings = ({ evidence }: Load.Loaded) => evidence.lines.map(({ ending }) => ending)

describe("a load", () => {
  it.live("sends what the populations ask, and reads how it is answered", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start()
      const played = scenario([
        { arrivals: trace([0, 40, 7], [5, 3, 1]), priority: 4, routingMode: "private-first", sharedPrefix: 16 },
        { arrivals: trace([0, 12, 6]), stream: false, organisation: "univ-b" },
        { arrivals: trace([0, 9, 0]) }
      ])
      const loaded = yield* run(played, target(`${server.url}/v1/`, { keyOf: ({ name }) => `key-of-${name}` }))
      assert.deepStrictEqual(endings(loaded), ["served", "served", "served", "served"])
      const asked = server.requests.map(({ body, headers, path, promptTokens }) => ({
        path,
        promptTokens,
        most: (body as { readonly max_tokens?: number }).max_tokens,
        stream: (body as { readonly stream?: boolean }).stream,
        key: headers.authorization,
        priority: headers["x-priority"],
        mode: headers["x-routing-mode"]
      }))
      const chat = "/v1/chat/completions"
      const first = {
        path: chat,
        stream: true,
        key: "Bearer key-of-population-0",
        priority: "4",
        mode: "private-first"
      }
      assert.deepStrictEqual(asked.toSorted((a, b) => (b.most ?? 0) - (a.most ?? 0)), [
        { ...first, promptTokens: 40, most: 7 },
        {
          path: chat,
          promptTokens: 12,
          most: 6,
          stream: undefined,
          key: "Bearer key-of-population-1",
          priority: "5",
          mode: undefined
        },
        { ...first, promptTokens: 3, most: 1 },
        {
          path: "/v1/embeddings",
          promptTokens: 9,
          most: undefined,
          stream: undefined,
          key: "Bearer key-of-population-2",
          priority: "5",
          mode: undefined
        }
      ])
      const { evidence } = loaded
      assert.isTrue(evidence.measured)
      assert.strictEqual(evidence.tokens, 14)
      assert.deepStrictEqual(evidence.organisations, ["univ-a", "univ-b"])
      const line = evidence.lines.find(({ output }) => output === 7)
      assert.deepInclude(line, { prompt: 40, cost: 54, server: server.url, requeues: 0 })
      assert.isAtLeast(line!.firstTokenAt!, line!.arrivedAt)
      assert.isAtLeast(line!.endedAt!, line!.firstTokenAt!)
    }), limit)

  it.live(
    "tells refusals, failures, cuts and errors apart, and repeats what was said of them",
    () =>
      Effect.gen(function*() {
        const server = yield* SimulatedServer.start()
        const one = scenario([{ arrivals: trace([0, 10, 5]) }])
        const faults = [
          [{ status: 429 }, "refused"],
          [{ status: 503 }, "failed"],
          [{ status: 504 }, "evicted"],
          [{ status: 400 }, "error"],
          [{ cutAfter: 2 }, "broken"],
          [{ cutBeforeDone: true }, "broken"],
          [{ errorAfter: 2 }, "broken"]
        ] as const
        for (const [fault, ending] of faults) {
          server.fault(fault as Parameters<typeof server.fault>[0])
          const loaded = yield* run(one, target(server.url))
          assert.deepStrictEqual(endings(loaded), [ending])
          assert.strictEqual([...loaded.complaints.values()][0], 1)
          server.clearFaults()
        }
        yield* server.kill
        const { complaints, evidence } = yield* run(one, target(server.url))
        assert.deepStrictEqual(evidence.lines.map(({ ending, server }) => [ending, server]), [["failed", undefined]])
        assert.match([...complaints.keys()][0]!, /^no answer: .*ECONNREFUSED/)
      }),
    limit
  )

  it.live("takes a stream that ends in order, but without its last word, for broken", () =>
    Effect.gen(function*() {
      const server = createServer((_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" })
        response.end("data: {\"choices\":[{\"delta\":{\"content\":\"Well\"}}]}\n\n")
      })
      yield* Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void)))
      yield* Effect.addFinalizer(() => Effect.sync(() => server.close()))
      const { port } = server.address() as AddressInfo
      const loaded = yield* run(scenario([{ arrivals: trace([0, 10, 5]) }]), target(`http://127.0.0.1:${port}`))
      assert.deepStrictEqual(endings(loaded), ["broken"])
      assert.deepStrictEqual([...loaded.complaints.keys()], ["200: the stream ended without [DONE]"])
      assert.strictEqual(loaded.evidence.tokens, 1)
    }), limit)

  it.live(
    "reads from the gateway's headers who answered and how long a request waited, to the end if it still does",
    () =>
      Effect.gen(function*() {
        // The first is answered; nobody ever hears of the others.
        let asked = 0
        const server = createServer((_, response) => {
          if (asked++ > 0) return
          const told = { "x-aiguilleur-server": "dc1-abc", "x-aiguilleur-queue-ms": "40", "x-aiguilleur-requeues": "2" }
          response.writeHead(200, { "content-type": "application/json", ...told })
          response.end("{}")
        })
        yield* Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void)))
        yield* Effect.addFinalizer(() => Effect.sync(() => server.close()))
        const { port } = server.address() as AddressInfo
        const played = scenario([
          { arrivals: trace([0, 10, 5]), stream: false },
          { arrivals: trace([50, 10, 5]), leavesAfter: "30 millis" },
          { arrivals: trace([60, 10, 5]) }
        ])
        const { evidence } = yield* run({ ...played, duration: 2_000 }, target(`http://127.0.0.1:${port}`))
        const [first, left, open] = evidence.lines
        assert.deepInclude(first, { ending: "served", server: "dc1-abc", waited: 40, requeues: 2 })
        assert.deepInclude(left, { ending: "withdrawn", server: undefined, requeues: 1 })
        assert.closeTo(left!.waited, left!.endedAt! - left!.arrivedAt, 1e-6)
        assert.deepInclude(open, { ending: "unfinished", requeues: 1 })
        assert.closeTo(open!.waited + open!.arrivedAt, evidence.readings.at(-1)!.at, 1e-6)
        assert.deepStrictEqual(evidence.machines.map(({ name }) => name), ["dc1-abc"])
      }),
    limit
  )

  it.live("lets users leave who wait for too long, so that the engine hears of it", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start({ manual: true })
      const played = scenario([{ arrivals: trace([0, 10, 5]), leavesAfter: "20 millis" }])
      assert.deepStrictEqual(endings(yield* run(played, target(server.url))), ["withdrawn"])
      yield* server.awaitEnded("aborted", 1)
    }), limit)

  it.live(
    "breaks off what is under way when the time is over, and counts what had come of it",
    () =>
      Effect.gen(function*() {
        const server = yield* SimulatedServer.start({ manual: true })
        const played = { ...scenario([{ arrivals: trace([0, 10, 50]) }]), duration: 1_500 }
        const loading = yield* Effect.forkChild(run(played, target(server.url)))
        yield* server.awaitRequests(1)
        server.step(3)
        const { evidence } = yield* Fiber.join(loading)
        assert.deepStrictEqual(
          evidence.lines.map(({ ending }) => ending),
          ["unfinished"]
        )
        assert.strictEqual(evidence.readings.length, 240)
        yield* server.awaitEnded("aborted", 1)
      }),
    limit
  )
})

describe("prompts", () => {
  const wording = { seed: 1, population: "people", number: 1, tokens: 100, shared: 32 }

  it("are as long as they were asked to be", () => {
    for (const tokens of [1, 2, 31, 32, 33, 100]) {
      assert.strictEqual(Prompt.text({ ...wording, tokens }).split(" ").length, tokens)
      assert.strictEqual(Math.ceil(Buffer.byteLength(Prompt.text({ ...wording, tokens })) / 4), tokens)
    }
  })

  it("share their beginning within a population, and nothing else", () => {
    const words = (number: number, population = "people") => Prompt.text({ ...wording, number, population }).split(" ")
    assert.deepStrictEqual(words(1).slice(0, 32), words(2).slice(0, 32))
    assert.notDeepEqual(words(1).slice(32), words(2).slice(32))
    assert.notDeepEqual(words(1).slice(0, 32), words(1, "others").slice(0, 32))
    assert.deepStrictEqual(words(1), words(1))
  })
})

describe("keys of a load", () => {
  const { populations } = scenario([
    { name: "people", arrivals: trace() },
    { name: "batch", key: "nightly", organisation: "univ-b", arrivals: trace() }
  ])
  const keys = (...given: ReadonlyArray<string>) =>
    Result.map(Secrets.read(given, populations), (secrets) => populations.map(secrets.of))

  it("go to a population, to a key, to an organisation, or to everybody", () => {
    assert.deepStrictEqual(Result.getOrThrow(keys()), [undefined, undefined])
    assert.deepStrictEqual(Result.getOrThrow(keys("all")), ["all", "all"])
    assert.deepStrictEqual(Result.getOrThrow(keys("all", "people=p=1")), ["p=1", "all"])
    assert.deepStrictEqual(Result.getOrThrow(keys("univ-b=b", "univ-a=a")), ["a", "b"])
    assert.deepStrictEqual(Result.getOrThrow(keys("nightly=n", "univ-b=b")), [undefined, "n"])
  })

  it("are not repeated when nobody has the name", () => {
    const said = Result.getOrThrow(Result.flip(keys("sk-half=secret")))
    assert.include(said, "people, univ-a, batch, nightly, univ-b")
    assert.notInclude(said, "sk-half")
  })
})

describe("the look before a load", () => {
  const played = scenario([{ name: "people", arrivals: trace() }])
  const said = (aim: Load.Target) => Effect.map(Effect.flip(Preflight.check(aim, played)), ({ message }) => message)

  it.live("names what the endpoint does not have", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start({ token: "secret", models: ["small", "large"] })
      const keyOf = () => "secret"
      assert.include(
        yield* said(target(server.url)),
        "answers 401 to the population people; no key was given: use --key"
      )
      assert.include(yield* said(target(server.url, { keyOf: () => "wrong" })), "its key was refused")
      assert.include(
        yield* said(target(server.url, { keyOf })),
        "has no model simulated for the population people; it lists small, large"
      )
      yield* Preflight.check(target(server.url, { keyOf, modelOf: () => "large" }), played)
      assert.match(yield* said(target("http://127.0.0.1:1")), /cannot be reached: /)
    }), limit)
})
