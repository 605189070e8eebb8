/** What is decided when the service starts: where things are kept, how long they hold, and how patient it is. */
import { Config, Context, Effect, Layer, Option, Redacted } from "effect"
import * as path from "node:path"
import { bytesOf } from "./ByteCount.ts"
import * as FetchHosts from "./fetch/FetchHosts.ts"

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
  readonly fetchHosts: FetchHosts.FetchHosts
  /** Media go there instead of the folder. */
  readonly bucket: Bucket | undefined
  readonly tokenTtl: number
  readonly linkMinutes: number
  readonly maxUpload: number
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
  tokenTtl: 86_400,
  linkMinutes: 120,
  maxUpload: 4 * 1024 ** 3,
  languages: ["fr", "en"],
  removeMediaAfterTranscription: true,
  downloads: 4,
  fetch: { connect: 10_000, head: 60_000, idle: 60_000, total: 600_000 },
  retryBase: 1000,
  webhook: { timeout: 60_000, delays: [1000, 5000, 30_000, 120_000, 600_000] },
  cleanUpEvery: 60_000,
  tokenLimits: { failures: 20, successes: 6000 }
}

const bucket = Config.all({
  bucket: Config.option(Config.NonEmptyString("AIGUILLEUR_STT_S3_BUCKET")),
  endpoint: Config.option(Config.NonEmptyString("AIGUILLEUR_STT_S3_ENDPOINT")),
  region: Config.String("AIGUILLEUR_STT_S3_REGION").pipe(Config.withDefault("us-east-1")),
  accessKeyId: Config.option(Config.NonEmptyString("AIGUILLEUR_STT_S3_ACCESS_KEY_ID")),
  secretAccessKey: Config.option(Config.Redacted("AIGUILLEUR_STT_S3_SECRET_ACCESS_KEY"))
}).pipe(
  Config.map(({ bucket, endpoint, region, accessKeyId, secretAccessKey }): Bucket | undefined =>
    Option.isNone(bucket) ? undefined : {
      bucket: bucket.value,
      endpoint: Option.getOrUndefined(endpoint),
      region,
      accessKeyId: Option.getOrUndefined(accessKeyId),
      secretAccessKey: Option.getOrUndefined(secretAccessKey)
    }
  )
)

const environment = Config.all({
  data: Config.String("AIGUILLEUR_DATA").pipe(Config.withDefault("./data")),
  secret: Config.option(Config.Redacted("AIGUILLEUR_SECRET")),
  publicUrl: Config.option(Config.NonEmptyString("AIGUILLEUR_PUBLIC_URL")),
  fetchHosts: Config.String("AIGUILLEUR_FETCH_HOSTS").pipe(Config.withDefault("")),
  tokenTtl: Config.Number("AIGUILLEUR_STT_TOKEN_TTL").pipe(Config.withDefault(defaults.tokenTtl)),
  maxUpload: Config.String("AIGUILLEUR_STT_MAX_UPLOAD").pipe(Config.withDefault(String(defaults.maxUpload))),
  linkMinutes: Config.Number("AIGUILLEUR_STT_LINK_MINUTES").pipe(Config.withDefault(defaults.linkMinutes)),
  languages: Config.String("AIGUILLEUR_STT_LANGUAGES").pipe(Config.withDefault(defaults.languages.join(","))),
  keepMedia: Config.Boolean("AIGUILLEUR_STT_KEEP_MEDIA").pipe(Config.withDefault(false)),
  bucket
})

export class Settings extends Context.Service<Settings, SttSettings>()("@aiguilleur/stt/Settings") {
  /** From the environment; what is given comes first. */
  static readonly layerConfig = (given: Partial<SttSettings> = {}) =>
    Layer.effect(
      Settings,
      Effect.map(environment, (found): SttSettings => ({
        ...defaults,
        folder: path.join(found.data, "stt"),
        secret: Option.getOrUndefined(found.secret),
        publicUrl: Option.getOrUndefined(found.publicUrl)?.replace(/\/+$/, ""),
        fetchHosts: FetchHosts.parse(found.fetchHosts),
        tokenTtl: found.tokenTtl,
        maxUpload: bytesOf(found.maxUpload) ?? defaults.maxUpload,
        linkMinutes: found.linkMinutes,
        languages: found.languages.split(",").map((language) => language.trim()).filter((language) => language !== ""),
        removeMediaAfterTranscription: !found.keepMedia,
        bucket: found.bucket,
        ...given
      }))
    )

  static readonly layerOf = (given: Partial<SttSettings>) => Layer.succeed(Settings, { ...defaults, ...given })
}
