/** Every endpoint with what it takes and answers, as Effect's HTTP API module describes it. */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import type { Scope } from "../client/Scope.ts"
import { EnrichmentRequest, UrlRequest } from "../enrichment/Request.ts"
import { Translation } from "../enrichment/Translation.ts"
import * as Answers from "./Answers.ts"
import * as Assignments from "./Assignments.ts"
import { Judged, Judgement } from "./JudgementRoutes.ts"
import { Enriched, Evaluated } from "./ResultRoutes.ts"

/** What it does, in a sentence, and the scope that its token needs. */
const about = (summary: string, scope: Scope | undefined) =>
  OpenApi.annotations({
    summary,
    transform: (operation) => ({ ...operation, security: scope === undefined ? [] : [{ token: [scope] }] })
  })

const Text = Schema.optionalKey(Schema.String)
const File = Schema.String.annotate({ format: "binary" })
const error = Answers.Refusal.pipe(HttpApiSchema.status(400))

const id = { id: Answers.Id }
const version = { id: Answers.Id, vid: Answers.Id }
const question = { ...version, mid: Answers.Id }
const pages = { sort: Text, order: Text, size: Text, page: Text }

const enrichments = "/api/v1/enrichments"
const versions = `${enrichments}/:id/versions`

const System = HttpApiGroup.make("system").add(
  HttpApiEndpoint.post("token", "/api/token", {
    payload: [Answers.TokenRequest, Answers.TokenRequest.pipe(HttpApiSchema.asFormUrlEncoded())],
    success: Answers.Token
  }).annotateMerge(about("A bearer token, for client credentials", undefined)),
  HttpApiEndpoint.get("home", "/api/v1/home", { success: Answers.Done.pipe(HttpApiSchema.status(202)), error })
    .annotateMerge(about("Whether a token is good (202)", "scope_default")),
  HttpApiEndpoint.get("health", "/api/v1/health", { success: Answers.Health })
    .annotateMerge(about("Whether the service and its database are up", undefined)),
  HttpApiEndpoint.post("webhook", "/api/v1/webhook", {
    payload: Schema.Struct({ id: Answers.Id, status: Schema.String }),
    success: Answers.Done,
    error
  }).annotateMerge(about("A sink for trying webhooks", undefined))
)

const UploadForm = Schema.Struct({
  file: File,
  originalFileName: Text,
  enrichmentParameters: Schema.String.annotate({ description: "JSON, as in a request by URL" }),
  notificationWebhookUrl: Schema.String,
  notificationLevel: Text,
  endUserIdentifier: Text
})

const Enrichments = HttpApiGroup.make("enrichments").add(
  HttpApiEndpoint.get("list", enrichments, {
    query: { ...pages, endUserIdentifier: Text, withStatus: Text },
    success: Answers.pageOf(Schema.Union([Answers.EnrichmentWithStatus, Answers.Enrichment])),
    error
  }).annotateMerge(about("One's own enrichments, in pages", "scope_client")),
  HttpApiEndpoint.get("combinations", `${enrichments}/ai_model_infrastructure_combinations`, {
    success: Answers.Combinations,
    error
  }).annotateMerge(about("Models and infrastructures to choose from", "scope_client")),
  HttpApiEndpoint.post("byUrl", `${enrichments}/url`, { payload: UrlRequest, success: Answers.Made, error })
    .annotateMerge(about("A new enrichment of a medium on the web", "scope_client")),
  HttpApiEndpoint.post("byUpload", `${enrichments}/upload`, {
    payload: UploadForm.pipe(HttpApiSchema.asMultipart()),
    success: Answers.Made,
    error
  }).annotateMerge(about("A new enrichment of a medium that is sent", "scope_client")),
  HttpApiEndpoint.get("get", `${enrichments}/:id`, { params: id, success: Answers.EnrichmentWithStatus, error })
    .annotateMerge(about("An enrichment, with its state", "scope_client")),
  HttpApiEndpoint.delete("remove", `${enrichments}/:id`, { params: id, success: Answers.Done, error })
    .annotateMerge(about("Delete an enrichment, its versions and its medium", "scope_client")),
  HttpApiEndpoint.post("renew", `${enrichments}/:id/new_ai_version`, {
    params: id,
    payload: EnrichmentRequest,
    success: Answers.Made,
    error
  }).annotateMerge(about("A new AI version from the same transcript", "scope_client"))
)

const VersionForm = Schema.Struct({
  transcript: Schema.optionalKey(File),
  enrichmentVersionMetadata: Text,
  multipleChoiceQuestions: Text,
  notes: Text,
  translatedNotes: Text,
  translate: Text
})

const Versions = HttpApiGroup.make("versions").add(
  HttpApiEndpoint.get("listVersions", versions, {
    params: id,
    query: { ...pages, withTranscript: Text },
    success: Answers.pageOf(Answers.ListedVersion),
    error
  }).annotateMerge(about("Its versions, in pages", "scope_client")),
  HttpApiEndpoint.post("push", versions, {
    params: id,
    payload: VersionForm.pipe(HttpApiSchema.asMultipart()),
    success: Answers.Made,
    error
  }).annotateMerge(about("Push a version", "scope_client")),
  HttpApiEndpoint.get("latest", `${versions}/latest`, { params: id, success: Answers.Version, error })
    .annotateMerge(about("Its newest version", "scope_client")),
  HttpApiEndpoint.get("getVersion", `${versions}/:vid`, { params: version, success: Answers.Version, error })
    .annotateMerge(about("One version", "scope_client")),
  HttpApiEndpoint.delete("removeVersion", `${versions}/:vid`, { params: version, success: Answers.Done, error })
    .annotateMerge(about("Delete a version, but for the initial one", "scope_client")),
  HttpApiEndpoint.get("download", `${versions}/:vid/download_transcript`, {
    params: version,
    query: { format: Text, language: Text },
    success: Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/vtt" })),
    error
  }).annotateMerge(about("Its transcript, or its translation, as SRT or WebVTT", "scope_client")),
  HttpApiEndpoint.get("medium", `${enrichments}/:id/media`, {
    params: id,
    success: Schema.Uint8Array.pipe(HttpApiSchema.asUint8Array()),
    error
  }).annotateMerge(about("Its medium, for as long as it is kept", "scope_client")),
  HttpApiEndpoint.post("evaluate", `${versions}/:vid/evaluate`, {
    params: version,
    payload: Judgement,
    success: Answers.Judged,
    error
  }).annotateMerge(about("What users think of a version", "scope_client")),
  HttpApiEndpoint.post("judgeQuestion", `${versions}/:vid/mcq/:mid`, {
    params: question,
    payload: Judged,
    success: Answers.Judged,
    error
  }).annotateMerge(about("What users think of a question", "scope_client")),
  HttpApiEndpoint.post("judgeChoice", `${versions}/:vid/mcq/:mid/choice/:cid`, {
    params: { ...question, cid: Answers.Id },
    payload: Judged,
    success: Answers.Judged,
    error
  }).annotateMerge(about("What users think of a choice", "scope_client"))
)

const task = { taskId: Answers.Id, wait: Text }

const report = {
  taskId: Answers.Id,
  status: Schema.optionalKey(Schema.Literals(["OK", "KO", "UNAVAILABLE"])),
  failureCause: Schema.optionalKey(Schema.NullOr(Schema.String))
}

const TranscriptForm = Schema.Struct({ ...report, transcript: Schema.optionalKey(File) })

const Progress = Schema.Struct({ taskId: Answers.Id, progress: Schema.optionalKey(Schema.Finite) })

const progress = <const Name extends string>(name: Name, step: string, scope: Scope) =>
  HttpApiEndpoint.post(name, `${enrichments}/:id/job/${step}/progress`, {
    params: id,
    payload: Progress,
    success: Answers.Done,
    error
  }).annotateMerge(about("Say that the work goes on, and how far it is: its time begins again", scope))

const Workers = HttpApiGroup.make("workers").add(
  HttpApiEndpoint.get("takeTranscription", `${enrichments}/transcription/job/oldest`, {
    query: task,
    success: Assignments.Transcription,
    error
  }).annotateMerge(about("Take a medium to transcribe", "scope_transcription_worker")),
  HttpApiEndpoint.get("takeEnrichment", `${enrichments}/job/ai_enrichment/oldest`, {
    query: task,
    success: Assignments.Enrichment,
    error
  }).annotateMerge(about("Take a transcript to enrich", "scope_processing_worker")),
  HttpApiEndpoint.get("takeTranslation", `${enrichments}/job/translation/oldest`, {
    query: task,
    success: Assignments.Translation,
    error
  }).annotateMerge(about("Take a version to translate", "scope_translation_worker")),
  HttpApiEndpoint.get("takeEvaluation", `${enrichments}/job/ai_evaluation/oldest`, {
    query: { ...task, evaluator: Schema.String },
    success: Assignments.Evaluation,
    error
  }).annotateMerge(about("Take questions to evaluate", "scope_evaluation_worker")),
  HttpApiEndpoint.post("reportTranscription", `${versions}/initial/transcript`, {
    params: id,
    payload: TranscriptForm.pipe(HttpApiSchema.asMultipart()),
    success: Answers.Made,
    error
  }).annotateMerge(about("Report a transcription", "scope_transcription_worker")),
  HttpApiEndpoint.post("reportEnrichment", `${versions}/:vid/ai_enrichment`, {
    params: version,
    payload: Schema.Struct({ ...report, ...Enriched.fields }).annotate({ identifier: "EnrichmentResult" }),
    success: Answers.Done,
    error
  }).annotateMerge(about("Report an enrichment", "scope_processing_worker")),
  HttpApiEndpoint.post("reportTranslation", `${versions}/:vid/translation`, {
    params: version,
    payload: Schema.Struct({ ...report, ...Translation.fields }).annotate({ identifier: "TranslationResult" }),
    success: Answers.Done,
    error
  }).annotateMerge(about("Report a translation", "scope_translation_worker")),
  HttpApiEndpoint.post("reportEvaluation", `${versions}/:vid/ai_evaluation`, {
    params: version,
    payload: Schema.Struct({ ...report, ...Evaluated.fields }).annotate({ identifier: "EvaluationResult" }),
    success: Answers.Done,
    error
  }).annotateMerge(about("Report an evaluation", "scope_evaluation_worker")),
  progress("transcriptionProgress", "transcription", "scope_transcription_worker"),
  progress("enrichmentProgress", "ai_enrichment", "scope_processing_worker"),
  progress("translationProgress", "translation", "scope_translation_worker"),
  progress("evaluationProgress", "ai_evaluation", "scope_evaluation_worker")
)

export const api = HttpApi.make("Transcription").add(System, Enrichments, Versions, Workers)
