/** What a client may ask for, with the contract's limits, places and words. */
import { Option, Result, Schema } from "effect"
import * as SchemaIssue from "effect/SchemaIssue"
import type { Client } from "../client/Client.ts"
import type { Pair } from "../client/Clients.ts"
import * as Json from "../Json.ts"
import { invalidAll, type Refusal, unreadableAll, type Violation } from "../Refusal.ts"
import type { Parameters } from "./Enrichment.ts"

const Text = Schema.optionalKey(Schema.NullOr(Schema.String))
const Flag = Schema.optionalKey(Schema.NullOr(Schema.Boolean))
const Texts = Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.String)))

export const EnrichmentParameters = Schema.Struct({
  mediaTypes: Texts,
  disciplines: Texts,
  aiEvaluation: Text,
  aiModel: Text,
  infrastructure: Text,
  language: Text,
  translateTo: Text,
  generateMetadata: Flag,
  generateQuiz: Flag,
  generateNotes: Flag
}).annotate({ identifier: "EnrichmentParameters" })

export const EnrichmentRequest = Schema.Struct({
  notificationWebhookUrl: Text,
  notificationLevel: Text,
  endUserIdentifier: Text,
  /** As Esup-Pod spells it. */
  enduserIdentifier: Text,
  enrichmentParameters: Schema.optionalKey(Schema.NullOr(EnrichmentParameters))
}).annotate({ identifier: "EnrichmentRequest" })

export const UrlRequest = Schema.Struct({ ...EnrichmentRequest.fields, url: Text }).annotate({
  identifier: "UrlRequest"
})

/** Everything decided, nothing missing. */
export interface Wish extends Parameters {
  /** Null for whoever looks after the job without being told. */
  readonly notificationUrl: string | null
  readonly notificationLevel: "default" | "task" | null
  readonly endUserIdentifier: string | null
  readonly generateMetadata: boolean
  readonly generateQuiz: boolean
  readonly generateNotes: boolean
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** A value of a wrong type is answered differently from one that is not allowed. */
export const decode = <S extends Schema.ConstraintDecoder<unknown>>(schema: S) => {
  const read = Schema.decodeUnknownResult(schema, { errors: "all" })
  return (value: unknown): Result.Result<S["Type"], Refusal> =>
    Result.mapError(
      read(value),
      (error) =>
        unreadableAll(
          format(error.issue).issues.map(({ message, path }): Violation => ({
            path: path === undefined || path.length === 0 ? null : path.map(String).join("."),
            message
          }))
        )
    )
}

const decodeRequest = decode(EnrichmentRequest)

/** Of the web, with a name that has a dot: an address or a bare name is nobody's public server. */
export const isPublicUrl = (text: string): boolean => {
  if (!URL.canParse(text) || text.length > 4096) return false
  const { hostname, protocol } = new URL(text)
  return (protocol === "http:" || protocol === "https:") && /^[^[\]]+\.[^.\d][^.]*\.?$/.test(hostname)
}

const blankAsNull = (text: string | null | undefined): string | null => text === "" ? null : text ?? null

export interface Rules {
  readonly client: Client
  readonly languages: ReadonlyArray<string>
  readonly pairs: ReadonlyArray<Pair>
  /** A new version may do without media types and disciplines. */
  readonly requireLists: boolean
}

const at = (name: string) => `enrichmentParameters.${name}`

const models = ({ client, pairs }: Rules, aiModel: string | null, infrastructure: string | null) => {
  const found: Array<Violation> = []
  const checks = [
    { name: "aiModel", asked: aiModel, forced: client.enrichmentModel, noun: "model" },
    { name: "infrastructure", asked: infrastructure, forced: client.enrichmentInfrastructure, noun: "infrastructure" }
  ] as const
  for (const { asked, forced, name, noun } of checks) {
    if (asked === null) continue
    if (forced !== null && forced !== asked) {
      found.push({ path: at(name), message: `You cannot choose the ${noun} '${asked}'; yours is '${forced}'` })
    } else if (forced === null && !pairs.some((pair) => pair[name] === asked)) {
      found.push({ path: at(name), message: `The ${noun} '${asked}' is unknown` })
    }
  }
  const served = pairs.some((pair) =>
    (aiModel === null || pair.aiModel === aiModel) &&
    (infrastructure === null || pair.infrastructure === infrastructure)
  )
  if (found.length === 0 && (aiModel ?? infrastructure) !== null && !served) {
    found.push({ path: at("aiModel"), message: "No worker offers this combination of model and infrastructure" })
  }
  return found
}

export const parse = (values: unknown, rules: Rules): Result.Result<Wish, Refusal> => {
  const decoded = decodeRequest(values)
  if (Result.isFailure(decoded)) return Result.fail(decoded.failure)
  const request = decoded.success
  const found: Array<Violation> = []
  const refuse = (path: string, message: string) => void found.push({ path, message })

  const notificationUrl = blankAsNull(request.notificationWebhookUrl)
  // Ours, for callers that cannot be called: a person at a page.
  const isSilent = request.notificationLevel === "none"
  if (notificationUrl === null) {
    if (!isSilent) refuse("notificationWebhookUrl", "The parameter notificationWebhookUrl cannot be empty")
  } else if (!isPublicUrl(notificationUrl)) {
    refuse("notificationWebhookUrl", "The given notificationWebhookUrl is not a valid URL")
  }
  const level = isSilent ? null : blankAsNull(request.notificationLevel)
  if (level !== null && level !== "default" && level !== "task") {
    refuse("notificationLevel", "Invalid notificationLevel value")
  }
  const user = blankAsNull(request.endUserIdentifier) ?? blankAsNull(request.enduserIdentifier)
  if (user !== null && user.length > 255) refuse("endUserIdentifier", "The end user identifier is longer than 255")

  const asked = request.enrichmentParameters
  if (asked === null || asked === undefined) {
    refuse("enrichmentParameters", "The parameter enrichmentParameters cannot be empty")
  }
  const generateMetadata = asked?.generateMetadata ?? true
  const mediaTypes = asked?.mediaTypes ?? []
  const disciplines = asked?.disciplines ?? []
  const aiEvaluation = blankAsNull(asked?.aiEvaluation)
  const language = blankAsNull(asked?.language)
  const translateTo = blankAsNull(asked?.translateTo)
  const aiModel = blankAsNull(asked?.aiModel)
  const infrastructure = blankAsNull(asked?.infrastructure)
  if (asked !== null && asked !== undefined) {
    if (generateMetadata && rules.requireLists) {
      if (mediaTypes.length === 0) refuse(at("mediaTypes"), "At least one media type is expected")
      if (disciplines.length === 0) refuse(at("disciplines"), "At least one discipline is expected")
    }
    if (aiEvaluation !== null && aiEvaluation !== "ChatGPT") refuse(at("aiEvaluation"), "Invalid aiEvaluation value")
    const supported = `[${rules.languages.map((name) => `'${name}'`).join(", ")}]`
    for (const [name, chosen] of [["language", language], ["translateTo", translateTo]] as const) {
      if (chosen !== null && !rules.languages.includes(chosen)) {
        refuse(at(name), `The chosen language is not supported. Supported languages are : ${supported}`)
      }
    }
    if (translateTo !== null && translateTo === language) {
      refuse(at("translateTo"), "The translation language should differ from the language of the media")
    }
    found.push(...models(rules, aiModel, infrastructure))
  }
  if (found.length > 0) return Result.fail(invalidAll(found))
  return Result.succeed({
    notificationUrl: isSilent ? null : notificationUrl,
    notificationLevel: level as Wish["notificationLevel"],
    endUserIdentifier: user,
    mediaTypes,
    disciplines,
    aiEvaluation,
    aiModel: aiModel ?? rules.client.enrichmentModel,
    infrastructure: infrastructure ?? rules.client.enrichmentInfrastructure,
    language,
    translateTo,
    generateMetadata,
    generateQuiz: asked?.generateQuiz ?? true,
    generateNotes: asked?.generateNotes ?? false
  })
}

/** Where a JSON object is expected, PHP may send an empty list. */
export const asMap = (value: unknown): unknown => Array.isArray(value) && value.length === 0 ? {} : value

/** Forms carry the parameters as JSON text. */
export const mapOfText = (value: unknown): Option.Option<unknown> => {
  if (typeof value !== "string" || value.trim() === "") return Option.some(null)
  try {
    return Option.some(asMap(Json.parse(value)))
  } catch {
    return Option.none()
  }
}
