/** What leaves the gateway about its requests beside usage: spans where OTLP is configured, log lines at debug level. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Config, ConfigProvider, Effect, Layer, LogLevel, Option, References, Schema, Tracer } from "effect"
import type { Scope } from "effect"
import { OtlpSerialization, OtlpTracer } from "effect/observability"
import * as RequestSpan from "./RequestSpan.ts"
import { type EndedRequest, UsageLog } from "./UsageLog.ts"

/** One of OpenTelemetry's variables cannot be read. */
export class TelemetryMisconfigured
  extends Schema.TaggedError<TelemetryMisconfigured>()("TelemetryMisconfigured", { detail: Schema.String })
{
  override get message() {
    return `Telemetry cannot be set up: ${this.detail}. Correct the environment variable, or set OTEL_SDK_DISABLED=true.`
  }
}

const misconfigured = ({ message }: Config.ConfigError) => {
  const place = / at \["(\w+)"\]\)$/.exec(message)
  const expected = message.slice(0, place?.index).replace(/^SchemaError\(/, "").trimEnd()
  return new TelemetryMisconfigured({ detail: place === null ? message : `${place[1]}: ${expected}` })
}

const variable = (name: string) => Config.option(Config.NonEmptyString(name))

/** As OpenTelemetry's own variables have it. */
const settings = Config.all({
  endpoint: variable("OTEL_EXPORTER_OTLP_ENDPOINT"),
  traces: variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"),
  disabled: Config.Boolean("OTEL_SDK_DISABLED").pipe(Config.withDefault(false)),
  /** Share of requests without a traceparent that are traced. */
  share: Config.Finite("OTEL_TRACES_SAMPLER_ARG").pipe(Config.withDefault(1))
})

const patience = 10_000

const exporter = OtlpTracer.layerFromConfig({ resource: { serviceName: "aiguilleur" } }).pipe(
  // OpenTelemetry exports by OTLP unless told otherwise; Effect would export nothing.
  Layer.provide(ConfigProvider.layerAdd(ConfigProvider.fromUnknown({ OTEL_TRACES_EXPORTER: "otlp" }))),
  Layer.provide(OtlpSerialization.layerJson),
  // As the specification has it: a collector that takes spans and never answers must not fill the memory.
  Layer.provide(NodeHttpClient.layerUndiciOptions({ headersTimeout: patience, bodyTimeout: patience }))
)

type Observe = (request: EndedRequest) => void

const tracing: Effect.Effect<Observe | undefined, TelemetryMisconfigured, Scope.Scope> = Effect.gen(function*() {
  const { disabled, endpoint, share, traces } = yield* settings
  if (disabled || (Option.isNone(endpoint) && Option.isNone(traces))) return undefined
  const tracer = yield* Effect.provide(Tracer.Tracer, yield* Layer.build(exporter))
  return (request: EndedRequest) => RequestSpan.record(tracer, request, share >= 1 || Math.random() < share)
}).pipe(
  // The exporter takes what it cannot read for a mistake of ours.
  Effect.catchDefect((defect) => defect instanceof Config.ConfigError ? Effect.fail(defect) : Effect.die(defect)),
  Effect.catchTag("ConfigError", (error) => Effect.fail(misconfigured(error)))
)

/** What may be said of a request anywhere. */
const fields = ({ attempts, ending, firstByteAt, key, reason, status, ...request }: EndedRequest) => ({
  requestId: request.requestId,
  key: key.caller.key,
  organisation: key.caller.organisation,
  model: request.model?.name ?? request.asked.slice(0, 256),
  server: attempts.at(-1)?.lease.server.url,
  ending,
  reason,
  status,
  attempts: attempts.length,
  milliseconds: request.finishedAt - request.arrivedAt,
  firstByte: firstByteAt === undefined ? undefined : firstByteAt - request.arrivedAt
})

const logging = Effect.gen(function*() {
  const least = yield* References.MinimumLogLevel
  if (LogLevel.isGreaterThan(least, "Debug")) return undefined
  const runFork = Effect.runForkWith(yield* Effect.context<never>())
  const defined = (values: object) =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
  return (request: EndedRequest) =>
    void runFork(Effect.annotateLogs(Effect.logDebug("A request has ended"), defined(fields(request))))
})

/** Around whatever keeps usage. Where nothing is configured it is left as it is, and costs nothing. */
export const layer = Layer.effect(
  UsageLog,
  Effect.gen(function*() {
    const usage = yield* UsageLog
    const observers = [yield* tracing, yield* logging].filter((observe) => observe !== undefined)
    if (observers.length === 0) return usage
    return UsageLog.of({
      offer: (request) => {
        usage.offer(request)
        for (const observe of observers) observe(request)
      }
    })
  })
)
