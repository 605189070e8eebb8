/** The settings that come from the environment; what it does not name is left to the configuration file. */
import { ByteSize, Config, Effect, Option, Redacted, Schema } from "effect"
import * as path from "node:path"
import { type StepName, steps } from "./enrichment/Step.ts"
import * as FetchHosts from "./fetch/FetchHosts.ts"
import type { SttSettings } from "./Settings.ts"

/** What is wrong with a variable, in words for whoever wrote it. */
export class BadVariable extends Schema.TaggedError<BadVariable>()("BadVariable", {
  name: Schema.String,
  expected: Schema.String
}) {
  override get message() {
    return `The environment variable ${this.name} must be ${this.expected}.`
  }
}

const text = (name: string) => Config.option(Config.NonEmptyString(name))

const variable = <A>(name: string, expected: string, read: (text: string) => A | undefined) =>
  Effect.flatMap(text(name), (found) => {
    if (Option.isNone(found)) return Effect.undefined
    const value = read(found.value)
    return value === undefined ? Effect.fail(new BadVariable({ name, expected })) : Effect.succeed(value)
  })

const positive = (text: string) => Number(text) > 0 && Number.isFinite(Number(text)) ? Number(text) : undefined

const sizeOf = (text: string) =>
  ByteSize.fromString(/^\d+$/.test(text.trim()) ? `${text} B` : text.trim().replace(/KB$/, "kB")).pipe(
    Option.flatMap(ByteSize.toNumber),
    Option.getOrUndefined
  )

const urlOf = (text: string) =>
  URL.canParse(text) && /^https?:/.test(text) ? text.replace(/(?<!\/)\/+$/, "") : undefined

const listOf = (text: string) => text.split(",").map((item) => item.trim()).filter((item) => item !== "")

const flagOf = (text: string) =>
  /^(true|1|yes|on)$/i.test(text) ? true : /^(false|0|no|off)$/i.test(text) ? false : undefined

const names = Object.keys(steps) as ReadonlyArray<StepName>

/** `all`, `none`, or the steps that are worked on. */
const workersOf = (text: string): SttSettings["workers"] | undefined => {
  const wanted = text === "all" ? names : text === "none" ? [] : listOf(text)
  if (!wanted.every((name) => (names as ReadonlyArray<string>).includes(name))) return undefined
  const works = (name: StepName) => wanted.includes(name)
  return {
    transcription: works("transcription"),
    enrichment: works("enrichment"),
    translation: works("translation"),
    evaluation: works("evaluation")
  }
}

const bucket = Effect.gen(function*() {
  const name = yield* text("AIGUILLEUR_STT_S3_BUCKET")
  if (Option.isNone(name)) return undefined
  const endpoint = yield* variable("AIGUILLEUR_STT_S3_ENDPOINT", "an http:// or https:// URL", urlOf)
  return {
    bucket: name.value,
    endpoint,
    region: Option.getOrElse(yield* text("AIGUILLEUR_STT_S3_REGION"), () => "us-east-1"),
    accessKeyId: Option.getOrUndefined(yield* text("AIGUILLEUR_STT_S3_ACCESS_KEY_ID")),
    secretAccessKey: Option.getOrUndefined(
      Option.map(yield* text("AIGUILLEUR_STT_S3_SECRET_ACCESS_KEY"), Redacted.make)
    )
  }
})

const defined = <A extends object>(values: A) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<
    { readonly [K in keyof A]: Exclude<A[K], undefined> }
  >

export const read: Effect.Effect<Partial<SttSettings>, BadVariable | Config.ConfigError> = Effect.gen(function*() {
  const data = Option.getOrElse(yield* text("AIGUILLEUR_DATA"), () => "./data")
  const keepMedia = yield* variable("AIGUILLEUR_STT_KEEP_MEDIA", "true or false", flagOf)
  return {
    folder: path.join(data, "stt"),
    ...defined({
      secret: Option.getOrUndefined(Option.map(yield* text("AIGUILLEUR_SECRET"), Redacted.make)),
      publicUrl: yield* variable("AIGUILLEUR_PUBLIC_URL", "an http:// or https:// URL", urlOf),
      fetchHosts: yield* variable("AIGUILLEUR_FETCH_HOSTS", FetchHosts.expected, FetchHosts.parse),
      tokenTtl: yield* variable("AIGUILLEUR_STT_TOKEN_TTL", "a number of seconds above 0", positive),
      maxUpload: yield* variable("AIGUILLEUR_STT_MAX_UPLOAD", "a size above 0 like 800MB or 4GB", sizeOf),
      linkMinutes: yield* variable("AIGUILLEUR_STT_LINK_MINUTES", "a number of minutes above 0", positive),
      languages: yield* variable("AIGUILLEUR_STT_LANGUAGES", "codes of languages like fr,en", listOf),
      workers: yield* variable(
        "AIGUILLEUR_STT_WORKERS",
        `all, none, or a list of ${names.join(", ")}`,
        workersOf
      ),
      removeMediaAfterTranscription: keepMedia === undefined ? undefined : !keepMedia,
      bucket: yield* bucket
    })
  }
})
