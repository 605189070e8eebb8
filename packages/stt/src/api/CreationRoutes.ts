/** New enrichments, by URL and by upload, and new AI versions of old ones. */
import { Effect, Option } from "effect"
import { createHash } from "node:crypto"
import type { Client } from "../client/Client.ts"
import { Clients } from "../client/Clients.ts"
import { Creation } from "../enrichment/Creation.ts"
import { Enrichments } from "../enrichment/Enrichments.ts"
import * as Request from "../enrichment/Request.ts"
import * as Identifier from "../Identifier.ts"
import { Intake } from "../media/Intake.ts"
import { invalid, invalidAll, type Refusal, unavailable, type Violation } from "../Refusal.ts"
import { Settings } from "../Settings.ts"
import * as Authorization from "./Authorization.ts"
import * as Body from "./Body.ts"
import { ok } from "./Envelope.ts"
import { Idempotency } from "./Idempotency.ts"

export const rulesFor = Effect.fnUntraced(function*(client: Client, requireLists: boolean) {
  const { languages } = yield* Settings
  return { client, languages, requireLists, pairs: yield* (yield* Clients).pairs } satisfies Request.Rules
})

/** The same in JSON and in forms, where the parameters are JSON text. */
export const requestOf = ({ encoding, values }: Body.Body): Effect.Effect<Record<string, unknown>, Refusal> => {
  if (encoding === "json") {
    return Effect.succeed({ ...values, enrichmentParameters: Request.asMap(values.enrichmentParameters ?? null) })
  }
  const parameters = Request.mapOfText(values.enrichmentParameters)
  return Option.isSome(parameters)
    ? Effect.succeed({ ...values, enrichmentParameters: parameters.value })
    : Effect.fail(invalid("enrichmentParameters", "The parameter enrichmentParameters should be JSON"))
}

const decodeUrl = Request.decode(Request.UrlRequest)

const violationsOf = (url: string | null | undefined): ReadonlyArray<Violation> => {
  if (url === null || url === undefined || url === "") {
    return [{ path: "url", message: "The parameter url cannot be empty" }]
  }
  return Request.isPublicUrl(url) ? [] : [{ path: "url", message: "The given url is not a valid URL" }]
}

const quotaLeft = Effect.fnUntraced(function*(client: Client) {
  if (client.monthlyMinutes === null) return
  const used = yield* (yield* Enrichments).secondsThisMonth(client.id)
  if (used >= client.monthlyMinutes * 60) {
    return yield* invalid("url", `The quota of ${client.monthlyMinutes} minutes of media a month is used up`)
  }
})

const fingerprintOf = (value: unknown) => createHash("sha256").update(JSON.stringify(value)).digest("hex")

export const byUrl = Effect.gen(function*() {
  const client = yield* Authorization.holding("scope_client")
  const body = yield* Body.read({ lenient: true })
  const values = yield* requestOf(body)
  const { url } = yield* Effect.fromResult(decodeUrl(values))
  const wish = Request.parse(values, yield* rulesFor(client, true))
  const violations = violationsOf(url)
  if (wish._tag === "Failure") {
    return yield* wish.failure.reason === "Invalid" ? invalidAll([...violations, ...wish.failure.errors]) : wish.failure
  }
  if (violations.length > 0) return yield* invalidAll(violations)
  yield* quotaLeft(client)
  const id = yield* (yield* Idempotency).once(
    client,
    fingerprintOf(values),
    (id) =>
      Effect.flatMap(
        Enrichments,
        (enrichments) => enrichments.insert(client, wish.success, "WAITING_MEIDA_UPLOAD", { id, sourceUrl: url! })
      )
  )
  return ok({ id })
})

export const byUpload = Effect.gen(function*() {
  const client = yield* Authorization.holding("scope_client")
  const { maxUpload } = yield* Settings
  const body = yield* Body.read({ maxFile: maxUpload })
  const wish = Request.parse(yield* requestOf(body), yield* rulesFor(client, true))
  const file = body.files.get("file")
  const absent: ReadonlyArray<Violation> = file === undefined
    ? [{ path: "file", message: "No file has been given" }]
    : []
  if (wish._tag === "Failure") {
    return yield* wish.failure.reason === "Invalid" ? invalidAll([...absent, ...wish.failure.errors]) : wish.failure
  }
  if (file === undefined) return yield* invalidAll(absent)
  const idempotency = yield* Idempotency
  const fingerprint = fingerprintOf([body.values, file.size])
  const before = yield* idempotency.find(client, fingerprint)
  if (Option.isSome(before)) return ok({ id: before.value })
  const accepted = yield* (yield* Intake).inspect(file.path, client).pipe(
    Effect.catchTag("Unacceptable", ({ message }) => Effect.fail(invalid("file", message)))
  )
  const given = body.values.originalFileName
  const name = typeof given === "string" && given !== "" ? given.slice(0, 255) : file.name || "media"
  const id = yield* Identifier.make
  const creation = yield* Creation
  const medium = yield* creation.store(client, id, file.path, name, accepted).pipe(
    Effect.tapError((error) => Effect.logError(error.message)),
    Effect.mapError(() => unavailable("file", "Couldn't upload file to bucket"))
  )
  const made = yield* idempotency.once(client, fingerprint, (id) =>
    Effect.gen(function*() {
      const row = yield* (yield* Enrichments).insert(client, wish.success, "WAITING_MEDIA_TRANSCRIPTION", {
        id,
        medium
      })
      yield* creation.begin(row, accepted)
    }), id)
  return ok({ id: made })
})
