/** Every endpoint under /api, by method and path. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Context, Effect, type Scope } from "effect"
import { HttpRouter, type HttpServerRequest, type HttpServerResponse } from "effect/http"
import { Clients } from "../client/Clients.ts"
import { Tokens } from "../client/Tokens.ts"
import { Closing } from "../Closing.ts"
import { Creation } from "../enrichment/Creation.ts"
import { Enrichments } from "../enrichment/Enrichments.ts"
import { Removal } from "../enrichment/Removal.ts"
import { Versions } from "../enrichment/Versions.ts"
import { Completion } from "../job/Completion.ts"
import { Taking } from "../job/Taking.ts"
import { Intake } from "../media/Intake.ts"
import { Links } from "../media/Links.ts"
import { MediaStore } from "../media/MediaStore.ts"
import { Spool } from "../media/Spool.ts"
import { missing, type Refusal } from "../Refusal.ts"
import { Settings } from "../Settings.ts"
import * as CreationRoutes from "./CreationRoutes.ts"
import * as EnrichmentRoutes from "./EnrichmentRoutes.ts"
import { answer as enveloped, refused } from "./Envelope.ts"
import { Idempotency } from "./Idempotency.ts"
import * as JudgementRoutes from "./JudgementRoutes.ts"
import * as OpenApi from "./OpenApi.ts"
import * as ResultRoutes from "./ResultRoutes.ts"
import * as SystemRoutes from "./SystemRoutes.ts"
import * as TokenRoutes from "./TokenRoutes.ts"
import * as TranscriptionRoutes from "./TranscriptionRoutes.ts"
import * as TranscriptRoutes from "./TranscriptRoutes.ts"
import * as VersionRoutes from "./VersionRoutes.ts"
import * as WorkerRoutes from "./WorkerRoutes.ts"

/** Also for paths that no router can read. */
export const unknownPath = refused(missing(null, "There is nothing at this path; GET /api/doc lists what there is"))

const enrichment = "/api/v1/enrichments/:id"
const version = `${enrichment}/versions/:vid` as const

const needed = Effect.contextWith((context: Context.Context<Needs>) => Effect.succeed(pick(context)))

const pick = Context.pick(
  Clients,
  Completion,
  Creation,
  Enrichments,
  Idempotency,
  Intake,
  Links,
  MediaStore,
  PgClient,
  Removal,
  Settings,
  Spool,
  Taking,
  Tokens,
  Versions
)

type Needs =
  | Clients
  | Completion
  | Creation
  | Enrichments
  | Idempotency
  | Intake
  | Links
  | MediaStore
  | PgClient
  | Removal
  | Settings
  | Spool
  | Taking
  | Tokens
  | Versions

type OfRequest = HttpServerRequest.HttpServerRequest | HttpRouter.RouteContext | Scope.Scope

export const layer = HttpRouter.use(Effect.fnUntraced(function*(router) {
  const context = yield* needed
  const closing = yield* Closing
  const answer = (handler: Effect.Effect<HttpServerResponse.HttpServerResponse, Refusal, Needs | OfRequest>) =>
    Effect.andThen(closing.enter, Effect.provide(enveloped(handler), context))

  yield* router.add("POST", "/api/token", answer((yield* TokenRoutes.make).issue))
  yield* router.add("GET", "/api/v1/home", answer(SystemRoutes.home))
  yield* router.add("GET", "/api/v1/health", answer(SystemRoutes.health))
  yield* router.add("GET", "/api/doc.json", OpenApi.forPrograms)
  yield* router.add("GET", "/api/doc", OpenApi.forPeople)
  yield* router.add("POST", "/api/v1/webhook", answer(SystemRoutes.sink))

  yield* router.add("GET", "/api/v1/enrichments", answer(EnrichmentRoutes.list))
  yield* router.add(
    "GET",
    "/api/v1/enrichments/ai_model_infrastructure_combinations",
    answer(EnrichmentRoutes.combinations)
  )
  yield* router.add("POST", "/api/v1/enrichments/url", answer(CreationRoutes.byUrl))
  yield* router.add("POST", "/api/v1/enrichments/upload", answer(CreationRoutes.byUpload))
  yield* router.add("GET", enrichment, answer(EnrichmentRoutes.get))
  yield* router.add("DELETE", enrichment, answer(EnrichmentRoutes.remove))
  yield* router.add("POST", `${enrichment}/new_ai_version`, answer(VersionRoutes.renew))
  yield* router.add("GET", `${enrichment}/versions`, answer(VersionRoutes.list))
  yield* router.add("POST", `${enrichment}/versions`, answer(VersionRoutes.push))
  yield* router.add("GET", `${enrichment}/versions/latest`, answer(VersionRoutes.latest))
  yield* router.add("GET", version, answer(VersionRoutes.get))
  yield* router.add("DELETE", version, answer(VersionRoutes.remove))
  yield* router.add("GET", `${version}/download_transcript`, answer(TranscriptRoutes.download))
  yield* router.add("POST", `${version}/evaluate`, answer(JudgementRoutes.evaluate))
  yield* router.add("POST", `${version}/mcq/:mid`, answer(JudgementRoutes.judgeQuestion))
  yield* router.add("POST", `${version}/mcq/:mid/choice/:cid`, answer(JudgementRoutes.judgeChoice))

  yield* router.add("GET", "/api/v1/media/:token", answer(TranscriptionRoutes.medium))
  yield* router.add("GET", `${enrichment}/media`, answer(TranscriptionRoutes.ownMedium))
  yield* router.add(
    "GET",
    "/api/v1/enrichments/transcription/job/oldest",
    answer(WorkerRoutes.take("transcription"))
  )
  yield* router.add(
    "GET",
    "/api/v1/enrichments/job/ai_enrichment/oldest",
    answer(WorkerRoutes.take("enrichment"))
  )
  yield* router.add("GET", "/api/v1/enrichments/job/translation/oldest", answer(WorkerRoutes.take("translation")))
  yield* router.add("GET", "/api/v1/enrichments/job/ai_evaluation/oldest", answer(WorkerRoutes.take("evaluation")))
  yield* router.add("POST", `${enrichment}/versions/initial/transcript`, answer(TranscriptionRoutes.report))
  yield* router.add("POST", `${version}/ai_enrichment`, answer(ResultRoutes.enrichment))
  yield* router.add("POST", `${version}/translation`, answer(ResultRoutes.translation))
  yield* router.add("POST", `${version}/ai_evaluation`, answer(ResultRoutes.evaluation))
  yield* router.add("POST", `${enrichment}/job/transcription/progress`, answer(WorkerRoutes.extend("transcription")))
  yield* router.add("POST", `${enrichment}/job/ai_enrichment/progress`, answer(WorkerRoutes.extend("enrichment")))
  yield* router.add("POST", `${enrichment}/job/translation/progress`, answer(WorkerRoutes.extend("translation")))
  yield* router.add("POST", `${enrichment}/job/ai_evaluation/progress`, answer(WorkerRoutes.extend("evaluation")))

  yield* router.add("*", "/api/*", unknownPath)
}))
