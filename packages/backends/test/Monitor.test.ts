import type { Backend } from "@aiguilleur/core/Backend"
import { BackendError } from "@aiguilleur/core/Backend"
import type { Change } from "@aiguilleur/core/Event"
import type { Load } from "@aiguilleur/core/Load"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Layer, Redacted, Scope } from "effect"
import { FetchHttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { Backends } from "../src/Backends.ts"
import * as Monitor from "../src/Monitor.ts"
import { modelOf, serverOf } from "./suite/BackendSuite.ts"
import * as StubEngine from "./suite/StubEngine.ts"

const a = serverOf("vllm", { url: "http://a" })
const b = serverOf("vllm", { url: "http://b" })
const model = modelOf({ servers: ["http://a", "http://b"] })
const other = modelOf({ name: "other", servers: ["http://b"] })

const unused = () => Effect.die("not asked for by a monitor")

/** A monitor over a scripted driver, and what it posted since last asked, as `time url what`. */
const rig = Effect.fnUntraced(function*(
  scripted: Partial<Pick<Backend, "health" | "load">> = {},
  settings: Partial<Monitor.MonitorSettings> = {}
) {
  const backend: Backend = {
    kind: "vllm",
    rewrite: () => ({ path: "", token: undefined, fields: {}, dropUsage: false }),
    classify: () => ({ _tag: "Served" }),
    health: () => Effect.succeed("up"),
    load: (_, models) => Effect.succeed(new Map(models.map(({ name }) => [name, { running: 1 }]))),
    call: unused,
    ...scripted
  }
  let posted: Array<string> = []
  const post = Effect.fnUntraced(function*(change: Change) {
    const what = change._tag === "HealthChecked"
      ? `${change.url} ${change.health}`
      : change._tag === "LoadSampled"
      ? `${change.url} ${change.model} ${JSON.stringify(change.load)}`
      : change._tag
    posted.push(`${yield* Clock.currentTimeMillis} ${what}`)
  })
  const { watch } = yield* Effect.provideService(
    Monitor.make(post, { jitter: 0, ...settings }),
    Backends,
    { of: () => backend }
  )
  const said = Effect.sync(() => {
    const before = posted
    posted = []
    return before
  })
  const after = (pause: `${number} millis`) => Effect.andThen(TestClock.adjust(pause), said)
  return { watch, said, after }
})

const loadOf = (load: Load) => Effect.succeed(new Map([["small", load]]))

describe("Monitor", () => {
  it.effect("asks at once, then for load every second and for health every two", () =>
    Effect.gen(function*() {
      const { after, said, watch } = yield* rig()
      yield* watch([a], [model])
      assert.deepStrictEqual(yield* said, ["0 http://a up", "0 http://a small {\"running\":1}"])
      assert.deepStrictEqual(yield* after("999 millis"), [])
      assert.deepStrictEqual(yield* after("1 millis"), ["1000 http://a small {\"running\":1}"])
      assert.deepStrictEqual((yield* after("1000 millis")).sort(), [
        "2000 http://a small {\"running\":1}",
        "2000 http://a up"
      ])
    }))

  it.effect("asks each server for the models that it serves", () =>
    Effect.gen(function*() {
      const { said, watch } = yield* rig({}, { healthEvery: "1 day" })
      yield* watch([a, b], [model, other])
      assert.deepStrictEqual((yield* said).filter((line) => line.includes("running")), [
        "0 http://a small {\"running\":1}",
        "0 http://b small {\"running\":1}",
        "0 http://b other {\"running\":1}"
      ])
    }))

  it.effect("goes on after failures and defects, each second anew", () =>
    Effect.gen(function*() {
      let round = 0
      const { after, said, watch } = yield* rig({
        health: () => Effect.die(new Error("a bug in a driver")),
        load: () => {
          round++
          if (round === 1) {
            return Effect.fail(new BackendError({ server: "http://a", reason: "unhealthy", message: "" }))
          }
          if (round === 2) return Effect.die(new Error("another"))
          if (round === 3) return Effect.interrupt
          return loadOf({ running: round })
        }
      })
      yield* watch([a], [model])
      assert.deepStrictEqual(yield* said, [])
      assert.deepStrictEqual(yield* after("1000 millis"), [])
      assert.deepStrictEqual(yield* after("1000 millis"), [])
      assert.deepStrictEqual(yield* after("1000 millis"), ["3000 http://a small {\"running\":4}"])
    }))

  it.effect("keeps checking the health of a server whose load never comes", () =>
    Effect.gen(function*() {
      const { after, said, watch } = yield* rig({ load: () => Effect.never })
      yield* watch([a], [model])
      assert.deepStrictEqual(yield* said, ["0 http://a up"])
      assert.deepStrictEqual(yield* after("2000 millis"), ["2000 http://a up"])
    }))

  it.effect("never has two readings of one server under way", () =>
    Effect.gen(function*() {
      const { after, said, watch } = yield* rig({
        load: () => Effect.delay(loadOf({ running: 1 }), "1500 millis"),
        health: () => Effect.never
      })
      yield* watch([a], [model])
      yield* said
      assert.deepStrictEqual(yield* after("1500 millis"), ["1500 http://a small {\"running\":1}"])
      assert.deepStrictEqual(yield* after("2499 millis"), [])
      assert.deepStrictEqual(yield* after("1 millis"), ["4000 http://a small {\"running\":1}"])
    }))

  it.effect("leaves alone what a reload did not change, and asks what it brought at once", () =>
    Effect.gen(function*() {
      const { after, said, watch } = yield* rig({}, { loadEvery: "1 day" })
      yield* watch([a], [model])
      yield* said
      assert.deepStrictEqual(yield* after("500 millis"), [])
      // The same server, read from the file again.
      yield* watch([{ ...a, token: Redacted.make("engine-secret") }, b], [model])
      assert.deepStrictEqual(yield* said, ["500 http://b up", "500 http://b small {\"running\":1}"])
      assert.deepStrictEqual(yield* after("1500 millis"), ["2000 http://a up"])
    }))

  it.effect("asks a changed server at once, with what changed", () =>
    Effect.gen(function*() {
      const { said, watch } = yield* rig({
        load: (server) => loadOf({ running: server.token && Redacted.value(server.token) === "new" ? 2 : 1 })
      })
      yield* watch([a], [model])
      yield* said
      yield* TestClock.adjust("500 millis")
      yield* watch([{ ...a, token: Redacted.make("new") }], [model])
      assert.deepStrictEqual(yield* said, ["500 http://a up", "500 http://a small {\"running\":2}"])
    }))

  it.effect("asks a server that left no more", () =>
    Effect.gen(function*() {
      const { after, said, watch } = yield* rig({}, { loadEvery: "1 day" })
      yield* watch([a, b], [model])
      yield* said
      yield* watch([b], [model])
      assert.deepStrictEqual(yield* after("2000 millis"), ["2000 http://b up"])
      yield* watch([], [])
      assert.deepStrictEqual(yield* after("60000 millis"), [])
    }))

  it.effect("spreads its questions by the jitter it is given, and no further", () =>
    Effect.gen(function*() {
      const { after, said, watch } = yield* rig({ load: () => Effect.never }, { jitter: 0.2 })
      yield* watch([a], [model])
      yield* said
      assert.deepStrictEqual(yield* after("1799 millis"), [])
      assert.strictEqual((yield* after("401 millis")).length, 1)
    }))

  it.effect("hangs up on a server that leaves, and on all of them when its scope closes", () =>
    Effect.gen(function*() {
      const [left, stayed] = [yield* StubEngine.start, yield* StubEngine.start]
      for (const engine of [left, stayed]) engine.answers("/health", "hang")
      for (const engine of [left, stayed]) engine.answers("/metrics", "hang")
      const scope = yield* Scope.make()
      const { watch } = yield* Monitor.make(() => Effect.void).pipe(
        Effect.provide(Layer.provide(Backends.layer, FetchHttpClient.layer)),
        Scope.provide(scope)
      )
      const servers = [left, stayed].map(({ url }) => serverOf("vllm", { url }))
      const models = [modelOf({ servers: servers.map(({ url }) => url) })]
      yield* watch(servers, models)
      for (const engine of [left, left, stayed, stayed]) yield* engine.asked
      yield* watch(servers.slice(1), models)
      assert.sameMembers([yield* left.abandoned, yield* left.abandoned], ["/health", "/metrics"])
      yield* Scope.close(scope, Exit.void)
      assert.sameMembers([yield* stayed.abandoned, yield* stayed.abandoned], ["/health", "/metrics"])
    }))

  it.effect("tells of an engine that became fast within one reading, on the engine's own word", () =>
    Effect.gen(function*() {
      // What lets a held ticket of a `performance` model in: no request of ours went there in between.
      let p95 = 900
      const { after, said, watch } = yield* rig(
        { load: () => Effect.sync(() => new Map([["small", { ttft: p95 }]])) },
        {
          healthEvery: "1 day"
        }
      )
      yield* watch([a], [model])
      yield* said
      p95 = 120
      assert.deepStrictEqual(yield* after("1000 millis"), ["1000 http://a small {\"ttft\":120}"])
    }))
})
