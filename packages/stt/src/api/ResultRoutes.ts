/** The reports of the workers that enrich, translate and evaluate a version. */
import { Effect, Option, Schema } from "effect"
import * as Questions from "../enrichment/Questions.ts"
import * as Request from "../enrichment/Request.ts"
import { type StepName, steps } from "../enrichment/Step.ts"
import { areSentences } from "../enrichment/TranscriptFile.ts"
import { translated, Translation, type TranslationResult } from "../enrichment/Translation.ts"
import { Versions } from "../enrichment/Versions.ts"
import { type Apply, Completion } from "../job/Completion.ts"
import * as Json from "../Json.ts"
import { invalid, invalidAll, type Refusal, type Violation } from "../Refusal.ts"
import * as Authorization from "./Authorization.ts"
import * as Body from "./Body.ts"
import { ok } from "./Envelope.ts"
import * as Inputs from "./Inputs.ts"
import { jsonIn, transcriptIn } from "./VersionForm.ts"
import { isSuccess, reportOf } from "./WorkerRoutes.ts"

const place = Effect.gen(function*() {
  const [enrichmentId, versionId] = yield* Inputs.ids("id", "vid")
  return { enrichmentId, versionId }
})

export const Enriched = Schema.Struct({
  enrichmentVersionMetadata: Schema.optionalKey(Schema.NullOr(Questions.SentMetadata)),
  multipleChoiceQuestions: Schema.optionalKey(Schema.NullOr(Schema.Array(Questions.SentQuestion))),
  notes: Schema.optionalKey(Schema.NullOr(Schema.String))
})

const decodeEnriched = Request.decode(Enriched)

const asMetadata = (values: Record<string, unknown>) => {
  const { enrichmentVersionMetadata: given } = values
  return { ...values, enrichmentVersionMetadata: Array.isArray(given) && given.length === 0 ? null : given ?? null }
}

const isBlank = (text: string | null | undefined) => (text ?? "").trim() === ""

const metadataAt = (name: string) => `enrichmentVersionMetadata.${name}`

const violations = (
  metadata: Questions.SentMetadata,
  { disciplines, mediaTypes }: {
    readonly disciplines: ReadonlyArray<string>
    readonly mediaTypes: ReadonlyArray<string>
  }
): ReadonlyArray<Violation> => {
  const found: Array<Violation> = []
  const { discipline, mediaType } = metadata
  if (discipline !== null && discipline !== undefined && !disciplines.includes(discipline)) {
    const message = "The discipline is not in the list of enrichment disciplines"
    found.push({ path: metadataAt("discipline"), message })
  }
  if (mediaType !== null && mediaType !== undefined && !mediaTypes.includes(mediaType)) {
    const message = "The media type is not in the list of enrichment media types"
    found.push({ path: metadataAt("mediaType"), message })
  }
  return found
}

const blanks = (metadata: Questions.SentMetadata): ReadonlyArray<Violation> =>
  (["title", "description"] as const).filter((name) => isBlank(metadata[name])).map((name) => ({
    path: metadataAt(name),
    message: `The ${name} cannot be empty`
  }))

const enrichmentApplied = Effect.fnUntraced(function*(body: Body.Body) {
  const versions = yield* Versions
  const given = yield* Effect.fromResult(decodeEnriched(asMetadata(body.values)))
  const metadata = given.enrichmentVersionMetadata ?? null
  const absent = metadata === null ? [] : blanks(metadata)
  if (absent.length > 0) return yield* invalidAll(absent)
  const apply: Apply = Effect.fnUntraced(function*(enrichment, version) {
    const { id } = Option.getOrThrow(version)
    const wrong = metadata === null ? [] : violations(metadata, enrichment)
    if (wrong.length > 0) return yield* invalidAll(wrong)
    const { sentences } = yield* versions.transcript(id)
    yield* versions.change(id, {
      metadata: metadata === null ? null : Questions.metadataOf(metadata),
      questions: yield* Questions.make(given.multipleChoiceQuestions ?? [], sentences.at(-1)?.end ?? 0),
      notes: given.notes ?? null,
      failureCause: null
    })
    return id
  })
  return apply
})

const decodeTranslation = Request.decode(Translation)

const translationIn = Effect.fnUntraced(function*(body: Body.Body): Effect.fn.Return<TranslationResult, Refusal> {
  if (body.encoding === "json") return yield* Effect.fromResult(decodeTranslation(asMetadata(body.values)))
  const transcript = yield* transcriptIn(body, "transcriptFile", undefined)
  const values = {
    transcript: transcript ?? (yield* jsonIn(body, "transcript")),
    enrichmentVersionMetadata: yield* jsonIn(body, "enrichmentVersionMetadata"),
    multipleChoiceQuestions: yield* jsonIn(body, "multipleChoiceQuestions"),
    notes: body.values.notes ?? null
  }
  return yield* Effect.fromResult(decodeTranslation(asMetadata(values)))
})

const translationApplied = Effect.fnUntraced(function*(body: Body.Body) {
  const versions = yield* Versions
  const given = yield* translationIn(body)
  const { transcript } = given
  if (transcript !== null && transcript !== undefined && !areSentences(transcript.sentences)) {
    return yield* invalid("transcript", "The sentences of the translation should have a start, an end and a text")
  }
  const apply: Apply = Effect.fnUntraced(function*(_, version) {
    const found = Option.getOrThrow(version)
    yield* versions.change(found.id, { ...translated(found, given), failureCause: null })
    if (transcript !== null && transcript !== undefined) {
      yield* versions.translate(found.id, transcript.text, transcript.sentences)
    }
    return found.id
  })
  return apply
})

export const Evaluated = Schema.Struct({
  evaluations: Schema.optionalKey(
    Schema.NullOr(Schema.Array(Schema.Struct({ id: Schema.String, evaluation: Schema.Unknown })))
  )
})

const decodeEvaluated = Request.decode(Evaluated)

const evaluationApplied = Effect.fnUntraced(function*(body: Body.Body) {
  const versions = yield* Versions
  const { evaluations } = yield* Effect.fromResult(decodeEvaluated(body.values))
  const judged = new Map<string, unknown>()
  for (const { evaluation, id } of evaluations ?? []) judged.set(id, yield* decodedEvaluation(evaluation))
  const apply: Apply = Effect.fnUntraced(function*(_, version) {
    const found = Option.getOrThrow(version)
    const questions = found.questions.map((question) =>
      judged.has(question.id) ? { ...question, evaluation: judged.get(question.id) } : question
    )
    yield* versions.change(found.id, { questions, failureCause: null })
    return found.id
  })
  return apply
})

const decodedEvaluation = (given: unknown): Effect.Effect<unknown, Refusal> =>
  Effect.suspend(() => {
    if (typeof given !== "string") return Effect.succeed(given ?? null)
    try {
      return Effect.succeed(Json.parse(given))
    } catch {
      return Effect.fail(invalid("evaluations", "The evaluation should be JSON"))
    }
  })

const applied = { enrichment: enrichmentApplied, translation: translationApplied, evaluation: evaluationApplied }

const nothing: Apply = (_, version) => Effect.succeed(Option.getOrThrow(version).id)

const finish = Effect.fnUntraced(function*(name: Exclude<StepName, "transcription">) {
  const step = steps[name]
  const worker = yield* Authorization.holding(step.scope)
  const where = yield* place
  const body = yield* Body.read({ lenient: true })
  const report = yield* reportOf(worker, step, body, where)
  const apply = isSuccess(report) ? yield* applied[name](body) : nothing
  yield* (yield* Completion).complete(report, apply)
  return ok()
})

/** A known worker reports the failure of its translations here, with a token for translations. */
const misplaced = Effect.gen(function*() {
  const worker = yield* Authorization.holding("scope_translation_worker")
  const where = yield* place
  const report = yield* reportOf(worker, steps.translation, yield* Body.read({ lenient: true }), where)
  if (isSuccess(report)) return yield* Authorization.holding("scope_processing_worker").pipe(Effect.as(ok()))
  yield* (yield* Completion).complete(report, nothing)
  return ok()
})

export const enrichment = Effect.gen(function*() {
  const asTranslator = yield* Effect.isSuccess(Authorization.holding("scope_translation_worker"))
  const asEnricher = yield* Effect.isSuccess(Authorization.holding("scope_processing_worker"))
  return yield* asTranslator && !asEnricher ? misplaced : finish("enrichment")
})

export const translation = finish("translation")
export const evaluation = finish("evaluation")
