/** What a client reads, adds, judges and removes of the versions of an enrichment. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Effect, Option } from "effect"
import type { Enrichment } from "../enrichment/Enrichment.ts"
import { Enrichments } from "../enrichment/Enrichments.ts"
import * as Renewal from "../enrichment/Renewal.ts"
import * as Request from "../enrichment/Request.ts"
import { isRunning } from "../enrichment/Status.ts"
import type { Version } from "../enrichment/Version.ts"
import { Versions } from "../enrichment/Versions.ts"
import * as View from "../enrichment/View.ts"
import { conflict, forbidden, missing } from "../Refusal.ts"
import { enrichmentOf, versionOf } from "./Access.ts"
import * as Authorization from "./Authorization.ts"
import * as Body from "./Body.ts"
import { requestOf, rulesFor } from "./CreationRoutes.ts"
import { json, ok } from "./Envelope.ts"
import * as Inputs from "./Inputs.ts"
import * as VersionForm from "./VersionForm.ts"

export const shown = Effect.fnUntraced(function*(version: Version) {
  const transcript = yield* (yield* Versions).transcript(version.id)
  return View.versionWith(version, transcript)
})

/** The enrichment, for a path that names only it. */
const owned = Effect.gen(function*() {
  const client = yield* Authorization.holding("scope_client")
  const [id] = yield* Inputs.ids("id")
  return { client, enrichment: yield* enrichmentOf(client, id) }
})

const ownedVersion = Effect.gen(function*() {
  const client = yield* Authorization.holding("scope_client")
  const [id, vid] = yield* Inputs.ids("id", "vid")
  const enrichment = yield* enrichmentOf(client, id)
  return { enrichment, version: yield* versionOf(enrichment, vid) }
})

export const list = Effect.gen(function*() {
  const client = yield* Authorization.holding("scope_client")
  const [id] = yield* Inputs.ids("id")
  const query = yield* Inputs.query
  // Without any parameter the original shows two, with any it shows fifty.
  const page = yield* Inputs.page(query, ["createdAt", "updatedAt"], query.size === 0 ? 2 : 50)
  const withTranscript = yield* Inputs.flag(query, "withTranscript", true)
  const enrichment = yield* enrichmentOf(client, id)
  const versions = yield* Versions
  const { rows, total } = yield* versions.list(enrichment.id, page)
  if (!withTranscript) return json(Inputs.pageOf(rows.map(View.version), total, page))
  const transcripts = yield* versions.transcripts(rows.map(({ id }) => id))
  const content = rows.map((row) => View.versionWith(row, transcripts.get(row.id)!))
  return json(Inputs.pageOf(content, total, page))
})

export const latest = Effect.gen(function*() {
  const { enrichment } = yield* owned
  const version = yield* (yield* Versions).latest(enrichment.id)
  if (Option.isNone(version)) {
    return yield* missing("id", `No version for enrichment with ID '${enrichment.id}' has been found`)
  }
  return json(yield* shown(version.value))
})

export const get = Effect.gen(function*() {
  const { version } = yield* ownedVersion
  return json(yield* shown(version))
})

export const remove = Effect.gen(function*() {
  const { enrichment, version } = yield* ownedVersion
  if (version.initial) return yield* forbidden("versionId", "Can't delete initial version")
  if (version.id === enrichment.workVersionId && enrichment.status !== "SUCCESS" && enrichment.status !== "FAILURE") {
    return yield* conflict("versionId", "This version is being worked on")
  }
  yield* Effect.orDie((yield* PgClient).withTransaction((yield* Versions).remove(enrichment, version)))
  return ok()
})

const noInitial = forbidden(
  "id",
  "No initial version found for the enrichment. Please wait for the generation of the initial version before pushing a new one"
)

/** What is asked for now would overlap with it. */
const inFlight = ({ status }: Enrichment) => conflict("id", `The enrichment is being worked on (${status})`)

const add = Effect.fnUntraced(function*(enrichment: Enrichment, form: VersionForm.VersionForm) {
  const versions = yield* Versions
  const latest = yield* versions.latest(enrichment.id)
  if (Option.isNone(latest)) return yield* noInitial
  const { notes, transcript: given, translate, ...rest } = form
  const transcript = given
    ?? { ...yield* versions.transcript(latest.value.id), translatedText: null, translatedSentences: null }
  return yield* (yield* PgClient).withTransaction(Effect.gen(function*() {
    const current = Option.getOrElse(yield* (yield* Enrichments).lock(enrichment.id), () => enrichment)
    if (translate && isRunning(current.status)) return yield* inFlight(current)
    const id = yield* versions.insert(enrichment.id, { initial: false, aiGenerated: false, transcript, notes, ...rest })
    yield* Renewal.afterPush(enrichment.id, id, translate)
    return id
  })).pipe(Effect.catchTag("SqlError", Effect.die))
})

export const push = Effect.gen(function*() {
  const client = yield* Authorization.holding("scope_client")
  const [id] = yield* Inputs.ids("id")
  const form = yield* VersionForm.parse(yield* Body.read())
  const enrichment = yield* enrichmentOf(client, id)
  return ok({ id: yield* add(enrichment, form) })
})

/** Access comes before the body here. */
export const renew = Effect.gen(function*() {
  const { client, enrichment } = yield* owned
  const values = yield* requestOf(yield* Body.read({ lenient: true }))
  const wish = yield* Effect.fromResult(Request.parse(values, yield* rulesFor(client, false)))
  const sql = yield* PgClient
  const made = yield* sql.withTransaction(Effect.gen(function*() {
    const current = Option.getOrElse(yield* (yield* Enrichments).lock(enrichment.id), () => enrichment)
    const latest = yield* (yield* Versions).latest(enrichment.id)
    if (Option.isNone(latest)) return yield* conflict("id", "The enrichment has no version yet")
    if (isRunning(current.status)) return yield* inFlight(current)
    return yield* Renewal.renew(current, latest.value, wish)
  })).pipe(Effect.catchTag("SqlError", Effect.die))
  return ok({ id: made })
})
