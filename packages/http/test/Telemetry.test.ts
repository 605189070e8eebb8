/** What is told of requests to those who watch: spans over OTLP, lines in the log; nothing where nobody asks. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import { assert, describe, it, layer } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Logger, References } from "effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as Telemetry from "../src/Telemetry.ts"
import { UsageLog } from "../src/UsageLog.ts"
import * as Store from "./command/Store.ts"
import * as Rig from "./Rig.ts"
import * as Served from "./Served.ts"

const { ask, moodle, until } = Served

const file = (url: string) => `
models:
  - { name: m, model: simulated, servers: [{ url: "${url}", organisation: univ-a, kind: vllm, site: dc1 }] }
keys:
  - { name: moodle, organisation: univ-a, priority: 5, secret: "\${MOODLE}" }
`

interface Span {
  readonly name: string
  readonly traceId: string
  readonly parentSpanId?: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly status: { readonly code: number }
  readonly attributes: ReadonlyArray<{ readonly key: string; readonly value: Record<string, unknown> }>
  readonly events: ReadonlyArray<{ readonly name: string }>
}

/** Takes spans as a collector does. */
const collector = Effect.acquireRelease(
  Effect.promise(async () => {
    const spans: Array<Span> = []
    const bodies: Array<string> = []
    const server = createServer((request, response) => {
      let body = ""
      request.on("data", (chunk) => body += chunk)
      request.on("end", () => {
        bodies.push(body)
        for (const { scopeSpans } of JSON.parse(body).resourceSpans) {
          for (const scope of scopeSpans) spans.push(...scope.spans)
        }
        response.end("{}")
      })
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const { port } = server.address() as AddressInfo
    return { url: `http://127.0.0.1:${port}`, spans, bodies, server }
  }),
  ({ server }) =>
    Effect.promise(() => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    })
)

const configured = (variables: Record<string, string>) => ConfigProvider.layer(ConfigProvider.fromUnknown(variables))

const of = (span: Span) =>
  Object.fromEntries(span.attributes.map(({ key, value }) => [key, Object.values(value)[0]] as const))

/** A gateway under these variables; each test has its own database content. */
const start = Effect.gen(function*() {
  yield* Store.clean
  const engine = yield* SimulatedServer.start()
  return { engine, served: yield* Served.start(file(engine.url)) }
})

layer(Store.layer, { excludeTestServices: true, timeout: "60 seconds" })("Telemetry", (it) => {
  it.effect(
    "sends one span for each request, under its caller's, without content and without keys",
    () =>
      Effect.gen(function*() {
        const { bodies, spans, url } = yield* collector
        yield* Effect.gen(function*() {
          const { engine, served } = yield* start
          const { status } = yield* ask(served, moodle, "m", {
            messages: [{ role: "user", content: "the-content-of-a-prompt" }]
          })
          assert.strictEqual(status, 200)
          yield* Effect.promise(() =>
            fetch(`${served.url}/v1/chat/completions?secret=in-a-query`, {
              method: "POST",
              headers: {
                authorization: `Bearer ${moodle}`,
                traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
              },
              body: JSON.stringify({ model: "nothing", messages: [] })
            })
          )
          // Its caller decided that nothing is to be sampled.
          yield* Effect.promise(() =>
            fetch(`${served.url}/v1/chat/completions`, {
              method: "POST",
              headers: {
                authorization: `Bearer ${moodle}`,
                traceparent: "00-0af7651916cd43dd8448eb211c80319d-b7ad6b7169203331-00"
              },
              body: JSON.stringify({ model: "nothing", messages: [] })
            })
          )
          yield* served.stop
          yield* until(Effect.sync(() => spans.length >= 2))
          assert.strictEqual(spans.length, 2)
          const [first, second] = spans
          assert.strictEqual(first!.name, "chat m")
          assert.isUndefined(first!.parentSpanId)
          assert.deepInclude(of(first!), {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "vllm",
            "gen_ai.request.model": "m",
            "gen_ai.response.model": "simulated",
            "http.response.status_code": 200,
            "server.address": "127.0.0.1",
            "server.port": Number(new URL(engine.url).port),
            "aiguilleur.server": engine.url,
            "aiguilleur.organisation": "univ-a",
            "aiguilleur.ending": "released",
            "aiguilleur.priority": 5,
            "gen_ai.usage.output_tokens": 2
          })
          assert.deepStrictEqual(first!.events.map(({ name }) => name), ["granted", "first byte"])
          assert.isTrue(BigInt(first!.endTimeUnixNano) >= BigInt(first!.startTimeUnixNano))
          assert.strictEqual(second!.traceId, "0af7651916cd43dd8448eb211c80319c")
          assert.strictEqual(second!.parentSpanId, "b7ad6b7169203331")
          assert.deepInclude(of(second!), { "error.type": "model_not_found", "http.response.status_code": 404 })
          assert.strictEqual(second!.status.code, 2)
        }).pipe(Effect.scoped, Effect.provide(configured({ OTEL_EXPORTER_OTLP_ENDPOINT: url })))
        for (const secret of [moodle, "the-content-of-a-prompt", "in-a-query"]) {
          assert.isFalse(bodies.some((body) => body.includes(secret)))
        }
      }),
    Store.limit
  )

  it.effect(
    "writes a line for each request at debug level, with its id, without content and without keys",
    () =>
      Effect.gen(function*() {
        const lines: Array<string> = []
        const logger = Logger.map(Logger.formatJson, (line) => void lines.push(line))
        yield* Effect.gen(function*() {
          const { served } = yield* start
          yield* Effect.promise(() =>
            fetch(`${served.url}/v1/chat/completions`, {
              method: "POST",
              headers: { authorization: `Bearer ${moodle}`, "x-request-id": "an-id-of-mine" },
              body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "the-content-of-a-prompt" }] })
            })
          )
          yield* until(Effect.sync(() => lines.some((line) => line.includes("an-id-of-mine"))))
        }).pipe(
          Effect.scoped,
          Effect.provide(Layer.mergeAll(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, "Debug")))
        )
        const { annotations, message } = JSON.parse(lines.find((line) => line.includes("an-id-of-mine"))!)
        assert.strictEqual([message].flat()[0], "A request has ended")
        assert.deepInclude(annotations, { organisation: "univ-a", model: "m", ending: "released", status: 200 })
        for (const secret of [moodle, "the-content-of-a-prompt"]) assert.notInclude(lines.join("\n"), secret)
      }),
    Store.limit
  )
})

describe("Telemetry without a database", () => {
  it.live("tells of the demo's requests too, which are in memory", () =>
    Effect.gen(function*() {
      const { spans, url } = yield* collector
      yield* Effect.gen(function*() {
        const rig = yield* Rig.make()
        yield* Effect.flatMap(Rig.post(rig, Rig.chat()), Rig.text)
        yield* rig.stop
      }).pipe(Effect.scoped, Effect.provide(configured({ OTEL_EXPORTER_OTLP_ENDPOINT: url })))
      assert.deepStrictEqual(spans.map(({ name }) => name), ["chat test-model"])
    }))

  it.effect("leaves what keeps usage as it is where nothing is configured", () =>
    Effect.gen(function*() {
      const usage = UsageLog.of({ offer: () => {} })
      const wrapped = Effect.provide(UsageLog, Layer.provide(Telemetry.layer, Layer.succeed(UsageLog, usage)))
      for (const variables of [{}, { OTEL_EXPORTER_OTLP_ENDPOINT: "http://h", OTEL_SDK_DISABLED: "true" }]) {
        assert.strictEqual(yield* Effect.provide(wrapped, configured(variables)), usage)
      }
    }))

  it.effect("says which variable it cannot read", () =>
    Effect.gen(function*() {
      const usage = Layer.succeed(UsageLog, { offer: () => {} })
      const cases = [
        [{ OTEL_EXPORTER_OTLP_ENDPOINT: "nonsense" }, /OTEL_EXPORTER_OTLP_ENDPOINT: Expected a valid URL/],
        [
          { OTEL_EXPORTER_OTLP_ENDPOINT: "http://h", OTEL_TRACES_SAMPLER_ARG: "all" },
          /OTEL_TRACES_SAMPLER_ARG: Expected/
        ],
        [
          { OTEL_EXPORTER_OTLP_ENDPOINT: "http://h", OTEL_BSP_SCHEDULE_DELAY: "1s" },
          /OTEL_BSP_SCHEDULE_DELAY: Expected/
        ]
      ] as const
      for (const [variables, message] of cases) {
        const built = Layer.build(Layer.provide(Telemetry.layer, usage))
        const error = yield* Effect.flip(Effect.provide(Effect.scoped(built), configured(variables)))
        assert.match(error.message, message)
        assert.notInclude(error.message, "\n")
      }
    }))
})
