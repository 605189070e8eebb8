/** The live page's stream over real HTTP: what viewers are told, who may watch, and that nobody else pays for it. */
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer } from "effect"
import { Live } from "../../src/dashboard/Live.ts"
import * as Keys from "../../src/Keys.ts"
import * as Rig from "../Rig.ts"
import type { Watching } from "./Watching.ts"
import { watch } from "./Watching.ts"

const limit = { timeout: 20_000 }

const waiting = ({ picture }: Watching): number =>
  [...picture().models.values()].flatMap(({ waiting }) => waiting).reduce((sum, [, , count]) => sum + count, 0)

describe("the live page's stream", () => {
  it.live("says who watches, then the whole, then what changes", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [{}, {}] })
      const watching = yield* watch(rig.url, Rig.viewer)
      yield* watching.until(({ frames }) => frames.length > 0)
      const [{ hello }, whole] = watching.messages as [Extract<Watching["messages"][0], { hello: unknown }>, unknown]
      assert.deepStrictEqual([hello.key, hello.rights, hello.bestPriority], ["viewer", "viewer", 5])
      assert.isUndefined(hello.simulated)
      assert.deepInclude(whole, { whole: true })
      assert.deepStrictEqual([...watching.picture().servers.keys()], rig.servers.map(({ url }) => url))
      yield* rig.dispatcher.change({ _tag: "ServerDraining", url: rig.server.url, draining: true })
      yield* watching.until(({ picture }) => picture().servers.get(rig.server.url)!.state === "draining")
      const told = watching.frames.find(({ servers }) => servers?.[rig.server.url]?.state === "draining")!
      assert.deepStrictEqual([told.whole, told.pools], [undefined, undefined])
    }).pipe(Effect.scoped), limit)

  it.live("shows who holds slots, who waits and why, and requests on their way", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ server: { maxConcurrent: 1 } })
      const watching = yield* watch(rig.url, Rig.viewer)
      yield* watching.until(({ frames }) => frames.length > 0)
      yield* Rig.post(rig, Rig.chat())
      rig.server.pause()
      const asked = yield* Effect.forkChild(
        Effect.all([Rig.post(rig, Rig.chat()), Rig.post(rig, Rig.chat(), { key: Rig.urgent })], {
          concurrency: 2
        })
      )
      yield* watching.until((watching) => waiting(watching) === 1)
      const { models, servers } = watching.picture()
      assert.deepStrictEqual(servers.get(rig.server.url)!.holders, [["univ-a", "test-model", 1]])
      const { longest: [longest] } = models.get("test-model")!
      assert.deepStrictEqual([longest!.servers, longest!.obstacles], [1, [["full", 1]]])
      assert.include(["test", "urgent"], longest!.key)
      const flows = watching.frames.flatMap(({ flow = [] }) => flow)
      assert.include(
        flows.map(([model, organisation, , server]) => `${model} ${organisation} ${server}`),
        [
          "test-model",
          "univ-a",
          rig.server.url
        ].join(" ")
      )
      rig.server.resume()
      yield* Fiber.join(asked)
      yield* watching.until((watching) => waiting(watching) === 0)
    }).pipe(Effect.scoped), limit)

  it.live("is one encoding for all: every viewer gets the same bytes", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const viewers = yield* Effect.all([watch(rig.url, Rig.viewer), watch(rig.url, Rig.operator)])
      yield* rig.dispatcher.change({ _tag: "ServerEjected", url: rig.server.url })
      for (const { until } of viewers) {
        yield* until(({ picture }) => picture().servers.get(rig.server.url)?.state === "ejected")
      }
      const [one, other] = viewers.map(({ events }) =>
        events.filter((event) => event.includes("\"state\":\"ejected\""))
      )
      assert.deepStrictEqual(one, other)
    }).pipe(Effect.scoped), limit)

  it.live("is for keys with rights, and never for a key in the address", () =>
    Effect.gen(function*() {
      const { url } = yield* Rig.make()
      assert.strictEqual((yield* watch(url, Rig.secret)).status, 403)
      assert.strictEqual((yield* watch(url, "nobody's key")).status, 401)
      const bare = yield* Effect.promise(() => fetch(`${url}/dashboard/api/live?key=${Rig.viewer}`))
      assert.strictEqual(bare.status, 401)
    }).pipe(Effect.scoped), limit)

  it.live("does not keep the service from stopping", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const watching = yield* watch(rig.url, Rig.viewer)
      yield* watching.until(({ frames }) => frames.length > 0)
      yield* rig.stop
      yield* watching.ended
    }).pipe(Effect.scoped), limit)

  it.live(
    "keeps nothing for a viewer that reads too slowly: once it has caught up it is told the whole again",
    () =>
      Effect.gen(function*() {
        const context = yield* Layer.build(
          Live.layer.pipe(Layer.provideMerge(Layer.mergeAll(Dispatcher.layer(), Keys.layerMemory([]))))
        )
        const live = Context.get(context, Live)
        const dispatcher = Context.get(context, Dispatcher)
        let ready = true
        const sent: Array<string> = []
        const told = Effect.callback<void>((resume) => {
          const leave = live.join({
            ready: () => ready,
            send: (event) => {
              sent.push(event)
              if (sent.length === 2) {
                leave()
                resume(Effect.void)
              }
            },
            check: () => {
              // It was not ready for a second or so.
              ready = true
            }
          })
          ready = false
        })
        const watching = yield* Effect.forkChild(told, { startImmediately: true })
        yield* dispatcher.change({ _tag: "OrganisationChanged", organisation: { name: "a", weight: 1 } })
        yield* Fiber.join(watching)
        assert.isTrue(sent.every((event) => event.includes("\"whole\":true")))
        assert.strictEqual(live.viewersUnsafe(), 0)
      }).pipe(Effect.scoped),
    limit
  )
})
