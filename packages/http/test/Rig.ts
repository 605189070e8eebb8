/** A gateway on a port of its own before simulated servers, for tests over real HTTP. */
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import type { PolicyName, StrategyName } from "@aiguilleur/core/Model"
import type { Server } from "@aiguilleur/core/Server"
import { defaults } from "@aiguilleur/core/Settings"
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import { Context, Effect, Exit, Layer, Redacted, Scope } from "effect"
import type { AddressInfo } from "node:net"
import type { Config } from "../src/config/Config.ts"
import type { Settings } from "../src/GatewaySettings.ts"
import { InFlight } from "../src/InFlight.ts"
import { hashOf } from "../src/Keys.ts"
import { Listener } from "../src/Listener.ts"
import type { Options } from "../src/Program.ts"
import * as Program from "../src/Program.ts"
import { Spool } from "../src/upload/Spool.ts"
import { RecentUsage } from "../src/UsageLog.ts"

export interface RigOptions {
  /** URLs of servers that are no simulated ones; they come first. */
  readonly actors?: ReadonlyArray<string>
  readonly servers?: ReadonlyArray<SimulatedServer.Options & Partial<Pick<Server, "organisation" | "site" | "kind">>>
  readonly server?: Partial<Omit<Server, "token">>
  readonly strategy?: StrategyName
  readonly policy?: PolicyName
  readonly patience?: number
  readonly ttftThreshold?: number
  readonly dispatcher?: Partial<Config["settings"]>
  readonly settings?: Partial<Settings>
  readonly listen?: Options["listen"]
  readonly uploads?: string
  readonly maxSpooledBytes?: number
  readonly threshold?: number
  /** Servers of kind `whisper` serve a model of their own, `test-whisper`. */
  readonly hearing?: boolean
}

export interface Rig {
  readonly url: string
  readonly port: number
  readonly servers: ReadonlyArray<SimulatedServer.SimulatedServer>
  /** The first, where a test has one. */
  readonly server: SimulatedServer.SimulatedServer
  readonly dispatcher: Dispatcher["Service"]
  readonly usage: RecentUsage
  readonly inFlight: InFlight["Service"]
  readonly spool: Spool["Service"]
  /** Of callers, open now. */
  readonly connections: Effect.Effect<number>
  /** Ends the gateway in the orderly way. */
  readonly stop: Effect.Effect<void>
}

export const secret = "test-secret-of-a-key"
export const foreign = "test-secret-of-a-key-of-another-organisation"
export const urgent = "test-secret-of-an-urgent-key"
export const viewer = "secret-of-a-key-that-may-look"
export const operator = "secret-of-a-key-that-may-act"
export const engineToken = "the-engine's-own-token"

const key = (name: string, secret: string, priority: number, more: Partial<Config["keys"][number]["caller"]> = {}) => ({
  name,
  secretHash: hashOf(secret),
  prefix: "test",
  waitEvents: false,
  caller: { key: `key:${name}`, organisation: "univ-a", priority, routingMode: "any" as const, ...more }
})

const hearing = (servers: ReadonlyArray<Server>): Config["models"][number] => ({
  name: "test-whisper",
  engineName: "simulated",
  aliases: [],
  strategy: "round-robin",
  policy: "concurrent-requests",
  ttftThreshold: 500,
  patience: 20_000,
  servers: servers.filter(({ kind }) => kind === "whisper").map(({ url }) => url)
})

const configOf = (servers: ReadonlyArray<Server>, options: RigOptions): Config => ({
  http: {
    host: "127.0.0.1",
    port: 0,
    maxBody: 1_000_000,
    maxHeldBytes: 10_000_000,
    maxSpooledBytes: options.maxSpooledBytes ?? 10_000_000,
    maxUpload: 10_000_000,
    metrics: "key",
    trustedProxies: []
  },
  timeouts: { firstByte: 10_000, idle: 10_000, total: 20_000, shutdown: 5_000 },
  settings: { ...defaults, total: options.settings?.total ?? 20_000, ...options.dispatcher },
  organisations: [{ name: "univ-a", weight: 1 }, { name: "univ-b", weight: 1 }],
  servers,
  models: [
    {
      name: "test-model",
      engineName: "simulated",
      aliases: ["test-alias"],
      strategy: options.strategy ?? "round-robin",
      policy: options.policy ?? "concurrent-requests",
      ttftThreshold: options.ttftThreshold ?? 500,
      patience: options.patience ?? 20_000,
      servers: servers.filter(({ kind }) => !options.hearing || kind !== "whisper").map(({ url }) => url)
    },
    ...(options.hearing === true ? [hearing(servers)] : []),
    {
      name: "serverless",
      engineName: "serverless",
      aliases: [],
      strategy: "round-robin",
      policy: "none",
      ttftThreshold: 500,
      patience: 20_000,
      servers: []
    }
  ],
  keys: [
    key("test", secret, 3, options.threshold === undefined ? {} : { threshold: options.threshold }),
    key("urgent", urgent, 5),
    key("foreign", foreign, 3, { organisation: "univ-b" }),
    { ...key("viewer", viewer, 1), rights: "viewer" },
    { ...key("operator", operator, 1), rights: "operator" },
    { ...key("expired", "secret-of-an-expired-key", 1), expires: 1 },
    key("limited", "secret-of-a-limited-key", 1, { models: ["serverless"] }),
    { ...key("waiting", "secret-of-a-key-with-events", 1), waitEvents: true }
  ],
  transcription: { enabled: false, settings: {} },
  warnings: []
})

export const make = Effect.fnUntraced(function*(options: RigOptions = {}): Effect.fn.Return<Rig, unknown, Scope.Scope> {
  const simulated = yield* Effect.forEach(
    options.servers ?? [{}],
    (server) => SimulatedServer.start({ token: engineToken, ...server })
  )
  const serverOf = (url: string, own: Partial<Server> = {}): Server => ({
    url,
    kind: own.kind ?? "vllm",
    token: Redacted.make(engineToken),
    organisation: own.organisation ?? "univ-a",
    site: own.site ?? "dc1",
    maxConcurrent: 8,
    headroom: 0,
    ownerReserve: 0,
    priorityScheduling: own.priorityScheduling ?? false,
    ...options.server
  })
  const servers = [
    ...(options.actors ?? []).map((url) => serverOf(url)),
    ...simulated.map(({ url }, i) => {
      const { face, kind = face, organisation, priorityScheduling, site } = options.servers?.[i] ?? {}
      return serverOf(url, {
        ...(kind === undefined ? {} : { kind }),
        ...(organisation === undefined ? {} : { organisation }),
        ...(site === undefined ? {} : { site }),
        ...(priorityScheduling === undefined ? {} : { priorityScheduling })
      })
    })
  ]
  const usage = new RecentUsage()
  // A scope of its own, so that a test can end the gateway while its servers go on.
  const scope = yield* Scope.make()
  const stop = Scope.close(scope, Exit.void)
  yield* Effect.addFinalizer(() => stop)
  const program = Program.layer(configOf(servers, options), {
    usage,
    settings: options.settings ?? {},
    listen: options.listen ?? {},
    ...(options.uploads === undefined ? {} : { uploads: options.uploads })
  })
  const context = yield* Layer.buildWithScope(program, scope)
  const { server } = Context.get(context, Listener)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    servers: simulated,
    server: simulated[0]!,
    dispatcher: Context.get(context, Dispatcher),
    inFlight: Context.get(context, InFlight),
    spool: Context.get(context, Spool),
    usage,
    connections: Effect.callback((resume) => void server.getConnections((_, count) => resume(Effect.succeed(count)))),
    stop
  }
})

/** A request with the test's key. */
export const post = (
  rig: Rig,
  body: unknown,
  init: RequestInit & { readonly path?: string; readonly key?: string | null } = {}
): Effect.Effect<Response> =>
  Effect.promise((signal) => {
    const headers = new Headers(init.headers)
    const key = init.key === undefined ? secret : init.key
    if (key !== null && !headers.has("authorization")) headers.set("authorization", `Bearer ${key}`)
    if (!headers.has("content-type")) headers.set("content-type", "application/json")
    return fetch(`${rig.url}${init.path ?? "/v1/chat/completions"}`, {
      method: "POST",
      ...init,
      headers,
      body: typeof body === "string" ? body : JSON.stringify(body),
      signal: init.signal ?? signal
    })
  })

export const chat = (more: Record<string, unknown> = {}) => ({
  model: "test-model",
  messages: [{ role: "user", content: "Hello, engine." }],
  max_tokens: 5,
  ...more
})

export const text = (response: Response): Effect.Effect<string> => Effect.promise(() => response.text())

/** Whatever a test looks for in an answer. */
export interface Json {
  readonly [member: string]: Json
}

export const json = (response: Response): Effect.Effect<Json> => Effect.promise(() => response.json() as Promise<Json>)
