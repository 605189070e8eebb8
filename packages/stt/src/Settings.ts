/** What is decided when the service starts: where things are kept, how long they hold, and how patient it is. */
import { Context, Effect, Layer, type Redacted } from "effect"
import { availableParallelism } from "node:os"
import type { StepName } from "./enrichment/Step.ts"
import * as Environment from "./Environment.ts"
import type { FetchHosts } from "./fetch/FetchHosts.ts"

export interface Bucket {
  readonly bucket: string
  readonly endpoint: string | undefined
  readonly region: string
  readonly accessKeyId: string | undefined
  readonly secretAccessKey: Redacted.Redacted | undefined
}

export interface SttSettings {
  /** Folder of media, of what is being received, and of the webhooks' journal. */
  readonly folder: string
  /** Signs tokens, temporary URLs and webhooks. Without it one is made and kept in the database. */
  readonly secret: Redacted.Redacted | undefined
  /** Where workers reach this service. Without it, the host that they asked for. */
  readonly publicUrl: string | undefined
  /** Hosts that may be fetched and called although they are local. */
  readonly fetchHosts: FetchHosts
  /** Media go there instead of the folder. */
  readonly bucket: Bucket | undefined
  /** Steps that this service works on by itself; the others wait for workers of somebody else. */
  readonly workers: { readonly [Step in StepName]: boolean }
  /** A model behind the dispatcher that hears; without one, the Whisper that is built in does. */
  readonly speechModel: string | undefined
  /** A model behind the dispatcher that reads and writes; without one, what needs it waits for workers of others. */
  readonly chatModel: string | undefined
  /** Tokens that the chat model takes and gives together. */
  readonly chatWindow: number
  /** As whom this service asks the dispatcher; `timeout` in milliseconds, for one request. */
  readonly own: { readonly organisation: string; readonly priority: number; readonly timeout: number }
  /** The Whisper that is built in: a name of the catalogue or the path of a model, and how many threads it may use. */
  readonly whisper: { readonly model: string; readonly threads: number }
  /** Jobs of each step that are worked on at the same time. */
  readonly jobsAtOnce: number
  /** Seconds. */
  readonly tokenTtl: number
  readonly linkMinutes: number
  readonly maxUpload: number
  /** Milliseconds between two pieces of a body that is sent to us. */
  readonly bodyIdle: number
  readonly languages: ReadonlyArray<string>
  readonly removeMediaAfterTranscription: boolean
  readonly downloads: number
  /** Milliseconds. */
  readonly fetch: { readonly connect: number; readonly head: number; readonly idle: number; readonly total: number }
  readonly retryBase: number
  readonly webhook: { readonly timeout: number; readonly delays: ReadonlyArray<number> }
  readonly cleanUpEvery: number
  /** Failed and successful requests for a token in a minute. */
  readonly tokenLimits: { readonly failures: number; readonly successes: number }
}

export const defaults: SttSettings = {
  folder: "./data/stt",
  secret: undefined,
  publicUrl: undefined,
  fetchHosts: new Map(),
  bucket: undefined,
  workers: { transcription: true, enrichment: true, translation: true, evaluation: true },
  speechModel: undefined,
  chatModel: undefined,
  chatWindow: 8192,
  own: { organisation: "aiguilleur", priority: 0, timeout: 600_000 },
  whisper: { model: "base-q5_1", threads: Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2))) },
  jobsAtOnce: 4,
  tokenTtl: 86_400,
  linkMinutes: 120,
  maxUpload: 4_000_000_000,
  bodyIdle: 60_000,
  languages: ["fr", "en"],
  removeMediaAfterTranscription: true,
  downloads: 4,
  fetch: { connect: 10_000, head: 60_000, idle: 60_000, total: 600_000 },
  retryBase: 1000,
  webhook: { timeout: 120_000, delays: [1000, 5000, 30_000, 120_000, 600_000] },
  cleanUpEvery: 60_000,
  tokenLimits: { failures: 20, successes: 6000 }
}

export class Settings extends Context.Service<Settings, SttSettings>()("@aiguilleur/stt/Settings") {
  /** What a configuration file says, and what the environment says against it. */
  static readonly layerConfig = (file: Partial<SttSettings> = {}) =>
    Layer.effect(Settings, Effect.map(Environment.read, (found) => ({ ...defaults, ...file, ...found })))

  static readonly layerOf = (given: Partial<SttSettings>) => Layer.succeed(Settings, { ...defaults, ...given })
}
