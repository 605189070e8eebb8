/** The one Schema of the configuration file, with every default that does not depend on another field. */
import { RoutingMode } from "@aiguilleur/core/Caller"
import { PolicyName, StrategyName } from "@aiguilleur/core/Model"
import { greatestWeight, leastWeight } from "@aiguilleur/core/Organisation"
import { ServerKind } from "@aiguilleur/core/Server"
import { defaults } from "@aiguilleur/core/Settings"
import { Rights } from "@aiguilleur/store/Key"
import { Effect, Schema } from "effect"
import {
  FetchHost,
  Flag,
  Instant,
  IntBetween,
  Network,
  NumberBetween,
  OneOf,
  Secret,
  Size,
  Span,
  SpanOrOff,
  Text,
  Token,
  Url
} from "./Field.ts"

/** A key that may be left out. Defaults are written as in a file, so that they pass through the same checks. */
const or = <S extends Schema.Constraint>(self: S, value: S["Encoded"]) =>
  Schema.withDecodingDefaultKey<S>(Effect.succeed(value))(self)

/** A list whose wrong elements can be set aside as `null`, so that the others keep their index while they are checked. */
const listOf = <S extends Schema.Constraint>(item: S) => Schema.Array(Schema.NullOr(item))

const Http = Schema.Struct({
  host: or(Text, "127.0.0.1"),
  port: or(IntBetween(0, 65_535), 8080),
  maxBody: or(Size, "32MB"),
  maxHeldBytes: or(Size, "512MB"),
  maxSpooledBytes: or(Size, "5GB"),
  maxUpload: or(Size, "500MB"),
  metrics: or(OneOf(["key", "open"]), "key"),
  trustedProxies: or(Schema.Array(Network), [])
})

const Timeouts = Schema.Struct({
  firstByte: or(Span, "300 seconds"),
  idle: or(Span, "60 seconds"),
  total: or(Span, `${defaults.total} millis`),
  shutdown: or(Span, "30 seconds")
})

const Queue = Schema.Struct({
  bestPriority: or(IntBetween(0, 255), defaults.bestPriority),
  ageing: or(SpanOrOff, `${defaults.ageing} millis`),
  secondCost: or(NumberBetween(0.01, 10_000), defaults.secondCost),
  slotPace: or(NumberBetween(0.1, 100_000), defaults.slotPace),
  explain: or(SpanOrOff, `${defaults.explain} millis`)
})

const Organisation = Schema.Struct({ name: Text, weight: or(NumberBetween(leastWeight, greatestWeight), 1) })

/** A server may be listed under several models, so what one listing leaves out may stand in another. */
const Server = Schema.Struct({
  url: Url,
  kind: Schema.optionalKey(OneOf(ServerKind.literals)),
  token: Schema.optionalKey(Token),
  organisation: Schema.optionalKey(Text),
  site: Schema.optionalKey(Text),
  maxConcurrent: Schema.optionalKey(IntBetween(1, 100_000)),
  headroom: Schema.optionalKey(IntBetween(0, 100_000)),
  ownerReserve: Schema.optionalKey(IntBetween(0, 100_000)),
  priorityScheduling: Schema.optionalKey(Flag)
})

/** What the predecessor called the policies. */
const formerPolicies = {
  "warning-log": "none",
  "performance-based-requeue": "performance",
  "parallel-requests-threshold-requeue": "concurrent-requests"
} as const

/** A pair that is tried beside the one that acts; the policy left out is as for the model's own. */
const Shadow = Schema.Struct({
  strategy: OneOf(StrategyName.literals),
  policy: Schema.optionalKey(OneOf(PolicyName.literals, formerPolicies))
})

const Model = Schema.Struct({
  name: Text,
  /** What the engines call it; the public name if left out. */
  model: Schema.optionalKey(Text),
  aliases: or(Schema.Array(Text), []),
  strategy: or(OneOf(StrategyName.literals), "round-robin"),
  /** `performance` for `least-busy`, `concurrent-requests` for `round-robin` if left out. */
  policy: Schema.optionalKey(OneOf(PolicyName.literals, formerPolicies)),
  shadow: Schema.optionalKey(Shadow),
  ttftThreshold: or(Span, "500 millis"),
  patience: or(Span, "570 seconds"),
  servers: or(listOf(Server), [])
})

const Key = Schema.Struct({
  name: Text,
  organisation: Text,
  email: Schema.optionalKey(Text),
  priority: Schema.optionalKey(IntBetween(0, 255)),
  threshold: Schema.optionalKey(IntBetween(1, 1_000_000_000)),
  secret: Secret,
  routingMode: or(OneOf(RoutingMode.literals), "any"),
  models: Schema.optionalKey(Schema.Array(Text)),
  sites: Schema.optionalKey(Schema.Array(Text)),
  organisations: Schema.optionalKey(Schema.Array(Text)),
  expires: Schema.optionalKey(Instant),
  waitEvents: or(Flag, false),
  rights: or(OneOf(Rights.literals), "none")
})

const Bucket = Schema.Struct({
  name: Text,
  endpoint: Schema.optionalKey(Url),
  region: or(Text, "us-east-1"),
  accessKeyId: Schema.optionalKey(Secret),
  secretAccessKey: Schema.optionalKey(Secret)
})

/** Steps of which this service does the work itself. */
const Workers = Schema.Struct({
  transcription: or(Flag, true),
  enrichment: or(Flag, true),
  translation: or(Flag, true),
  evaluation: or(Flag, true)
})

/** The Whisper that is built in: a name of its catalogue, or the path of a model. */
const Whisper = Schema.Struct({
  model: Schema.optionalKey(Text),
  threads: Schema.optionalKey(IntBetween(1, 256))
})

/** As whom the service's own work waits for servers. */
const Own = Schema.Struct({
  organisation: Schema.optionalKey(Text),
  priority: Schema.optionalKey(IntBetween(0, 255)),
  timeout: Schema.optionalKey(Span),
  jobs: Schema.optionalKey(IntBetween(1, 1000))
})

/** The transcription service; what is left out has the default of its settings. */
const Stt = Schema.Struct({
  enabled: or(Flag, true),
  publicUrl: Schema.optionalKey(Url),
  languages: Schema.optionalKey(Schema.Array(Text)),
  tokenTtl: Schema.optionalKey(Span),
  linkTtl: Schema.optionalKey(Span),
  maxUpload: Schema.optionalKey(Size),
  keepMedia: Schema.optionalKey(Flag),
  downloads: Schema.optionalKey(IntBetween(1, 1000)),
  fetchHosts: Schema.optionalKey(Schema.Array(FetchHost)),
  bucket: Schema.optionalKey(Bucket),
  workers: or(Workers, {}),
  speech: Schema.optionalKey(Text),
  chat: Schema.optionalKey(Text),
  chatWindow: Schema.optionalKey(IntBetween(1024, 10_000_000)),
  whisper: or(Whisper, {}),
  own: or(Own, {})
})

export const ConfigFile = Schema.Struct({
  http: or(Http, {}),
  timeouts: or(Timeouts, {}),
  queue: or(Queue, {}),
  organisations: Schema.optionalKey(listOf(Organisation)),
  models: or(listOf(Model), []),
  keys: or(listOf(Key), []),
  stt: or(Stt, {})
})
export interface ConfigFile extends Schema.Schema.Type<typeof ConfigFile> {}

/** The fields of each kind of mapping, by the sections that lead to it. */
export const fieldsOf: Readonly<Record<string, ReadonlyArray<string>>> = {
  "": Object.keys(ConfigFile.fields),
  "http": Object.keys(Http.fields),
  "timeouts": Object.keys(Timeouts.fields),
  "queue": Object.keys(Queue.fields),
  "organisations": Object.keys(Organisation.fields),
  "models": Object.keys(Model.fields),
  "models.shadow": Object.keys(Shadow.fields),
  "models.servers": Object.keys(Server.fields),
  "keys": Object.keys(Key.fields),
  "stt": Object.keys(Stt.fields),
  "stt.bucket": Object.keys(Bucket.fields),
  "stt.workers": Object.keys(Workers.fields),
  "stt.whisper": Object.keys(Whisper.fields),
  "stt.own": Object.keys(Own.fields)
}
