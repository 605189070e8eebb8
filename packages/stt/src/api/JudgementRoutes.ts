/** What the users of a client think of a version: thumbs and words, on its metadata, questions and choices. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Effect, Schema } from "effect"
import * as Request from "../enrichment/Request.ts"
import type { Question, Version } from "../enrichment/Version.ts"
import { type Change, Versions } from "../enrichment/Versions.ts"
import { now } from "../Instant.ts"
import { forbidden, invalid, type Refusal } from "../Refusal.ts"
import { enrichmentOf, versionOf } from "./Access.ts"
import * as Authorization from "./Authorization.ts"
import * as Body from "./Body.ts"
import { ok } from "./Envelope.ts"
import * as Inputs from "./Inputs.ts"
import { shown } from "./VersionRoutes.ts"

const Thumb = Schema.optionalKey(Schema.NullOr(Schema.Boolean))
const Feedback = Schema.optionalKey(Schema.NullOr(Schema.String))

export const Judged = Schema.Struct({ thumbUp: Thumb, userFeedback: Feedback })

export const Judgement = Schema.Struct({
  enrichmentVersionMetadata: Schema.optionalKey(Schema.NullOr(Schema.Struct({
    thumbUpTitle: Thumb,
    thumbUpDescription: Thumb,
    thumbUpDiscipline: Thumb,
    thumbUpMediaType: Thumb,
    thumbUpTopics: Thumb,
    userFeedback: Feedback
  }))),
  multipleChoiceQuestions: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.Struct({
    id: Schema.String,
    ...Judged.fields,
    choices: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.Struct({ id: Schema.String, thumbUp: Thumb }))))
  }))))
}).annotate({ identifier: "Judgement" })

const decodeJudgement = Request.decode(Judgement)
const decodeJudged = Request.decode(Judged)

const opened = Effect.fnUntraced(function*(...names: ReadonlyArray<string>) {
  const client = yield* Authorization.holding("scope_client")
  const [id, vid, ...ids] = yield* Inputs.ids("id", "vid", ...names)
  const { values } = yield* Body.read({ lenient: true })
  const enrichment = yield* enrichmentOf(client, id!)
  const version = yield* versionOf(enrichment, vid!)
  return { ids, version, values }
})

const checked = (version: Version): Effect.Effect<void, Refusal> =>
  version.aiGenerated ? Effect.void : Effect.fail(invalid("versionId", "Only versions made by AI can be evaluated"))

const save = Effect.fnUntraced(function*(version: Version, change: Change) {
  const versions = yield* Versions
  yield* Effect.orDie(
    (yield* PgClient).withTransaction(versions.change(version.id, { ...change, lastEvaluationDate: yield* now }))
  )
  const changed = { ...version, ...change, lastEvaluationDate: yield* now }
  return ok({ enrichmentVersion: yield* shown(changed) })
})

const judge = (
  questions: ReadonlyArray<Question>,
  given: NonNullable<typeof Judgement.Type["multipleChoiceQuestions"]>
) =>
  questions.map((question): Question => {
    const found = given.find(({ id }) => id === question.id)
    if (found === undefined) return question
    const choices = question.choices.map((choice) => {
      const other = found.choices?.find(({ id }) => id === choice.id)
      return other === undefined ? choice : { ...choice, thumbUp: other.thumbUp ?? null }
    })
    return { ...question, thumbUp: found.thumbUp ?? null, userFeedback: found.userFeedback ?? null, choices }
  })

export const evaluate = Effect.gen(function*() {
  const { values, version } = yield* opened()
  const given = yield* Effect.fromResult(decodeJudgement({
    ...values,
    enrichmentVersionMetadata: Request.asMap(values.enrichmentVersionMetadata ?? null)
  }))
  yield* checked(version)
  const { enrichmentVersionMetadata: judged, multipleChoiceQuestions } = given
  const metadata = version.metadata === null || judged === null || judged === undefined
    ? version.metadata
    : { ...version.metadata, ...judged }
  return yield* save(version, { metadata, questions: judge(version.questions, multipleChoiceQuestions ?? []) })
})

const notFound = (noun: string, id: string, version: string) =>
  forbidden(
    "id",
    `The ${noun} ${id} has not been found or the enrichment version id ${version} in the url is incorrect`
  )

const questionOf = (version: Version, id: string): Effect.Effect<Question, Refusal> => {
  const found = version.questions.find((question) => question.id === id)
  return found === undefined ? Effect.fail(notFound("multiple choice question", id, version.id)) : Effect.succeed(found)
}

export const judgeQuestion = Effect.gen(function*() {
  const { ids: [mid], values, version } = yield* opened("mid")
  const judged = yield* Effect.fromResult(decodeJudged(values))
  const question = yield* questionOf(version, mid!)
  yield* checked(version)
  const changed = { ...question, thumbUp: judged.thumbUp ?? null, userFeedback: judged.userFeedback ?? null }
  return yield* save(version, {
    questions: version.questions.map((other) => other.id === question.id ? changed : other)
  })
})

export const judgeChoice = Effect.gen(function*() {
  const { ids: [mid, cid], values, version } = yield* opened("mid", "cid")
  const judged = yield* Effect.fromResult(decodeJudged(values))
  const question = yield* questionOf(version, mid!)
  if (!question.choices.some(({ id }) => id === cid!)) return yield* notFound("choice", cid!, version.id)
  yield* checked(version)
  const choices = question.choices.map((choice) =>
    choice.id === cid! ? { ...choice, thumbUp: judged.thumbUp ?? null } : choice
  )
  const questions = version.questions.map((other) => other.id === question.id ? { ...question, choices } : other)
  return yield* save(version, { questions })
})
