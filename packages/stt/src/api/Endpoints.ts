/** Every endpoint in a sentence: what the OpenAPI document and the readable page are made from. */
import type { Scope } from "../client/Scope.ts"

export interface Endpoint {
  readonly method: "get" | "post" | "delete"
  /** Ids in braces. */
  readonly path: string
  /** Undefined where no token is needed. */
  readonly scope: Scope | undefined
  readonly about: string
  readonly query?: ReadonlyArray<string>
  /** The name of a schema, for bodies of JSON; `form` for files. */
  readonly body?: string
  readonly answer?: string
}

const enrichment = "/v1/enrichments/{id}"
const version = `${enrichment}/versions/{vid}`
const pages = ["sort", "order", "size", "page"]

export const endpoints: ReadonlyArray<Endpoint> = [
  { method: "post", path: "/token", scope: undefined, about: "A bearer token, for client credentials", body: "form" },
  { method: "get", path: "/v1/home", scope: "scope_default", about: "Whether a token is good (202)" },
  { method: "get", path: "/v1/health", scope: undefined, about: "Whether the service and its database are up" },
  { method: "post", path: "/v1/webhook", scope: undefined, about: "A sink for trying webhooks" },
  {
    method: "get",
    path: "/v1/enrichments",
    scope: "scope_client",
    about: "One's own enrichments, in pages",
    query: [...pages, "endUserIdentifier", "withStatus"]
  },
  {
    method: "get",
    path: "/v1/enrichments/ai_model_infrastructure_combinations",
    scope: "scope_client",
    about: "Models and infrastructures to choose from"
  },
  {
    method: "post",
    path: "/v1/enrichments/url",
    scope: "scope_client",
    about: "A new enrichment of a medium on the web",
    body: "UrlRequest"
  },
  {
    method: "post",
    path: "/v1/enrichments/upload",
    scope: "scope_client",
    about: "A new enrichment of a medium that is sent",
    body: "form"
  },
  { method: "get", path: enrichment, scope: "scope_client", about: "An enrichment, with its state" },
  {
    method: "delete",
    path: enrichment,
    scope: "scope_client",
    about: "Delete an enrichment, its versions and its medium"
  },
  {
    method: "post",
    path: `${enrichment}/new_ai_version`,
    scope: "scope_client",
    about: "A new AI version from the same transcript",
    body: "EnrichmentRequest"
  },
  {
    method: "get",
    path: `${enrichment}/versions`,
    scope: "scope_client",
    about: "Its versions, in pages",
    query: [...pages, "withTranscript"]
  },
  { method: "post", path: `${enrichment}/versions`, scope: "scope_client", about: "Push a version", body: "form" },
  { method: "get", path: `${enrichment}/versions/latest`, scope: "scope_client", about: "Its newest version" },
  { method: "get", path: version, scope: "scope_client", about: "One version" },
  { method: "delete", path: version, scope: "scope_client", about: "Delete a version, but for the initial one" },
  {
    method: "get",
    path: `${version}/download_transcript`,
    scope: "scope_client",
    about: "Its transcript, or its translation, as SRT or WebVTT",
    query: ["format", "language"]
  },
  {
    method: "post",
    path: `${version}/evaluate`,
    scope: "scope_client",
    about: "What users think of a version",
    body: "Judgement"
  },
  { method: "post", path: `${version}/mcq/{mid}`, scope: "scope_client", about: "What users think of a question" },
  {
    method: "post",
    path: `${version}/mcq/{mid}/choice/{cid}`,
    scope: "scope_client",
    about: "What users think of a choice"
  },
  {
    method: "get",
    path: "/v1/enrichments/transcription/job/oldest",
    scope: "scope_transcription_worker",
    about: "Take a medium to transcribe",
    query: ["taskId", "wait"]
  },
  {
    method: "get",
    path: "/v1/enrichments/job/ai_enrichment/oldest",
    scope: "scope_processing_worker",
    about: "Take a transcript to enrich",
    query: ["taskId", "wait"]
  },
  {
    method: "get",
    path: "/v1/enrichments/job/translation/oldest",
    scope: "scope_translation_worker",
    about: "Take a version to translate",
    query: ["taskId", "wait"]
  },
  {
    method: "get",
    path: "/v1/enrichments/job/ai_evaluation/oldest",
    scope: "scope_evaluation_worker",
    about: "Take questions to evaluate",
    query: ["taskId", "evaluator", "wait"]
  },
  {
    method: "post",
    path: `${enrichment}/versions/initial/transcript`,
    scope: "scope_transcription_worker",
    about: "Report a transcription",
    body: "form"
  },
  {
    method: "post",
    path: `${version}/ai_enrichment`,
    scope: "scope_processing_worker",
    about: "Report an enrichment",
    body: "EnrichmentResult"
  },
  {
    method: "post",
    path: `${version}/translation`,
    scope: "scope_translation_worker",
    about: "Report a translation",
    body: "TranslationResult"
  },
  {
    method: "post",
    path: `${version}/ai_evaluation`,
    scope: "scope_evaluation_worker",
    about: "Report an evaluation",
    body: "EvaluationResult"
  },
  ...(["transcription", "ai_enrichment", "translation", "ai_evaluation"] as const).map((step): Endpoint => ({
    method: "post",
    path: `${enrichment}/job/${step}/progress`,
    scope: step === "transcription"
      ? "scope_transcription_worker"
      : step === "ai_enrichment"
      ? "scope_processing_worker"
      : step === "translation"
      ? "scope_translation_worker"
      : "scope_evaluation_worker",
    about: "Say that the work goes on, and how far it is: its time begins again"
  }))
]
