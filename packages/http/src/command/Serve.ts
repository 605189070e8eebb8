/** `aiguilleur serve`: the service, from a configuration file or as the demo, until a signal ends it. */
import * as Database from "@aiguilleur/store/Database"
import { UsageBuffer } from "@aiguilleur/store/UsageBuffer"
import {
  Config as Env,
  Console,
  Context,
  Effect,
  Fiber,
  Layer,
  Option,
  Queue,
  Result,
  Runtime,
  Schema,
  Stream
} from "effect"
import { Command, Flag } from "effect/cli"
import type { ServeError } from "effect/http/HttpServerError"
import type { AddressInfo } from "node:net"
import * as path from "node:path"
import type { Config } from "../config/Config.ts"
import { render } from "../config/ConfigError.ts"
import { load } from "../config/ConfigLoader.ts"
import * as Demo from "../Demo.ts"
import { GatewaySettings } from "../GatewaySettings.ts"
import { InFlight } from "../InFlight.ts"
import { Listener } from "../Listener.ts"
import * as Program from "../Program.ts"
import { Reload } from "../reload/Reload.ts"
import * as Watch from "../reload/Watch.ts"
import * as LastResort from "./LastResort.ts"

/** Ends the command with exit code 1; the reason has been printed. */
export class CannotServe extends Schema.TaggedError<CannotServe>()("CannotServe", {
  message: Schema.String
}) {
  override readonly [Runtime.errorReported] = false
}

const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`

interface Where {
  readonly host: Option.Option<string>
  readonly port: Option.Option<number>
}

const listening = Effect.map(Listener, ({ server }) => {
  const { address, family, port } = server.address() as AddressInfo
  const any = address === "0.0.0.0" || address === "::"
  return `http://${any ? "localhost" : family === "IPv6" ? `[${address}]` : address}:${port}`
})

const refuse = Effect.fnUntraced(function*(message: string): Effect.fn.Return<never, CannotServe> {
  yield* Console.error(message)
  return yield* new CannotServe({ message })
})

const noAddress = "it is no address of this machine. 127.0.0.1 is for this machine alone, 0.0.0.0 for all networks."

/** By the system's name for it. */
const obstacles: Readonly<Record<string, string>> = {
  EADDRINUSE: "it is in use. Stop what listens there, or choose another port with --port.",
  EADDRNOTAVAIL: noAddress,
  ENOTFOUND: noAddress,
  EACCES: "this user may not. Choose a port from 1024 on, or give the right to it."
}

const cannotListen = ({ http }: Config) => ({ cause }: ServeError) => {
  const code = (cause as NodeJS.ErrnoException).code ?? String(cause)
  return refuse(`Cannot listen on ${http.host}:${http.port}: ${obstacles[code] ?? `${code}.`}`)
}

/** Each `kill -HUP`, from now on. */
const hangUps = Stream.callback<void>((queue) => {
  const heard = () => void Queue.offerUnsafe(queue, undefined)
  return Effect.acquireRelease(
    Effect.sync(() => process.on("SIGHUP", heard)),
    () => Effect.sync(() => process.off("SIGHUP", heard))
  )
})

/** Listens at once, so that nothing is missed while the gateway starts; several calls of one moment are one. */
const calls = Effect.fnUntraced(function*(file: string, watch: boolean) {
  const queue = yield* Queue.unbounded<void>()
  const signals = watch ? Stream.merge(hangUps, Watch.changes(file)) : hangUps
  yield* Effect.forkScoped(Stream.runForEach(signals, () => Queue.offer(queue, undefined)), { startImmediately: true })
  return queue
})

interface FileOptions extends Where {
  readonly watch: boolean
}

/** The service of a file: it listens, hears SIGHUP, and ends with the scope. */
export const open = Effect.fnUntraced(function*(file: string, { host, port, watch }: FileOptions) {
  const lastResort = yield* LastResort.make
  const called = yield* calls(file, watch)
  const data = yield* Effect.orDie(Env.String("AIGUILLEUR_DATA").pipe(Env.withDefault("./data")))
  const config = yield* load(file, { environment: process.env }).pipe(
    Effect.catchTag("ConfigError", ({ problems }) => refuse(render(file, problems).join("\n")))
  )
  for (const line of render(file, config.warnings)) yield* Effect.logWarning(line)
  const http = {
    ...config.http,
    host: Option.getOrElse(host, () => config.http.host),
    port: Option.getOrElse(port, () => config.http.port)
  }
  const running = { ...config, http }
  const context = yield* Layer.build(
    Reload.layer({ file, environment: process.env, running: config }).pipe(
      Layer.provideMerge(Program.layerStored(running, { uploads: path.resolve(data, "uploads") })),
      Layer.provideMerge(Database.layerConfig("gateway"))
    )
  ).pipe(
    Effect.catchTags({
      ServeError: cannotListen(running),
      DatabaseError: ({ message }) => refuse(message),
      FileConflict: ({ message }) => refuse(`${file}: ${message}`),
      TelemetryMisconfigured: ({ message }) => refuse(message)
    })
  )
  // Not waited for in the end: a reload that a hung database holds up would keep requests from being drained.
  const reloading = yield* Effect.forkDetach(
    Effect.forever(Effect.andThen(Queue.takeAll(called), Context.get(context, Reload).now))
  )
  yield* Effect.addFinalizer(() => Effect.forkDetach(Fiber.interrupt(reloading)))
  const inFlight = Context.get(context, InFlight)
  const settings = Context.get(context, GatewaySettings)
  yield* lastResort({
    requests: () => inFlight.sizeUnsafe() === 0 ? 0 : settings.shutdown,
    rows: Context.get(context, UsageBuffer).pending
  })
  return { base: yield* Effect.provide(listening, context), config, context }
})

const fromFile = Effect.fnUntraced(function*(file: string, json: boolean, options: FileOptions) {
  const { base, config: { keys, models, servers } } = yield* open(file, options)
  yield* Console.log(
    json
      ? JSON.stringify({ url: base, demo: false, config: file })
      : `Aiguilleur listens on ${base} and serves ${file}: ${
        [count(models.length, "model"), count(servers.length, "server"), count(keys.length, "key")].join(", ")
      }.`
  )
  return yield* Effect.never
}, Effect.scoped)

const asDemo = ({ host, port }: Where, json: boolean) =>
  Effect.scoped(Effect.gen(function*() {
    const [demo, stored] = yield* Effect.all([
      Demo.make({ host: Option.getOrElse(host, () => "127.0.0.1"), port: Option.getOrElse(port, () => 8080) }),
      Effect.result(Layer.build(Database.layerConfig("gateway")))
    ], { concurrency: "unbounded" })
    const program = Result.isSuccess(stored)
      ? Program.layerDemo(demo.config).pipe(Layer.provide(Layer.succeedContext(stored.success)))
      : Program.layer(demo.config)
    const context = yield* Layer.build(program).pipe(
      Effect.catchTags({
        ServeError: cannotListen(demo.config),
        DatabaseError: ({ message }) => refuse(message),
        TelemetryMisconfigured: ({ message }) => refuse(message)
      })
    )
    const base = yield* Effect.provide(listening, context)
    const database = Result.isSuccess(stored)
      ? { where: Context.get(stored.success, Database.Database).where }
      : { absent: stored.failure.message }
    yield* Console.log(json ? JSON.stringify({ url: base, demo: true, database }) : Demo.banner(base, demo, database))
    return yield* Effect.never
  }))

const Port = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))
const isPort = Schema.is(Port)

export const serve = Command.make(
  "serve",
  {
    config: Flag.String("config").pipe(
      Flag.withDescription("The configuration file (YAML); else that of AIGUILLEUR_CONFIG, else the demo"),
      Flag.optional
    ),
    port: Flag.Int("port").pipe(
      Flag.filter(isPort, (port) => `Expected a port from 0 to 65535, found ${port}`),
      Flag.withDescription("The port to listen on; else PORT, else the file's, else 8080; 0 is any that is free"),
      Flag.optional
    ),
    host: Flag.String("host").pipe(
      Flag.withDescription("The address to listen on; else HOST, else the file's, else 127.0.0.1; 0.0.0.0 is all"),
      Flag.optional
    ),
    demo: Flag.Boolean("demo").pipe(
      Flag.withDescription(
        "Six simulated servers and three keys to try things with, whatever AIGUILLEUR_CONFIG says"
      ),
      Flag.withDefault(false)
    ),
    watch: Flag.Boolean("watch").pipe(
      Flag.withDescription("Apply the file again whenever it changes; without this, on SIGHUP alone"),
      Flag.withDefault(false)
    ),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Say where it listens as one line of JSON"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function*({ config, demo, host, json, port, watch }) {
    const env = yield* Env.all({
      config: Env.option(Env.NonEmptyString("AIGUILLEUR_CONFIG")),
      host: Env.option(Env.NonEmptyString("HOST")),
      port: Env.option(Env.schema(Schema.FiniteFromString.pipe(Schema.decodeTo(Port)), "PORT"))
    }).pipe(
      Effect.catchTag("ConfigError", () => refuse("The environment variable PORT must be an integer from 0 to 65535."))
    )
    const where = { host: Option.orElse(host, () => env.host), port: Option.orElse(port, () => env.port) }
    const file = demo ? Option.none() : Option.orElse(config, () => env.config)
    return yield* Option.isSome(file) ? fromFile(file.value, json, { ...where, watch }) : asDemo(where, json)
  })
).pipe(
  Command.withDescription(
    "Serve requests until a signal ends it. SIGTERM and Ctrl-C let what runs finish; a second one does not wait.\n" +
      "  LOG_LEVEL (info, debug, …) and LOG_FORMAT=json say what is logged to standard error and how;\n" +
      "  OTEL_EXPORTER_OTLP_ENDPOINT sends a span for each request to an OpenTelemetry collector."
  ),
  Command.withShortDescription("Serve requests until a signal ends it"),
  Command.withExamples([
    { command: "aiguilleur serve --config aiguilleur.yaml", description: "Serve what the file describes" },
    { command: "aiguilleur serve --config aiguilleur.yaml --watch", description: "Apply it again at each change" },
    { command: "aiguilleur serve --demo --port 9000", description: "Try it without any server" }
  ])
)
