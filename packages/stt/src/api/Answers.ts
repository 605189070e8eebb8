/** What the service answers, key by key: the document is made from it, and the tests read every answer with it. */
import { Schema } from "effect"
import { scopes } from "../client/Scope.ts"
import { statuses } from "../enrichment/Status.ts"
import { Violation } from "../Refusal.ts"

const Text = Schema.NullOr(Schema.String)
const Flag = Schema.NullOr(Schema.Boolean)
const Count = Schema.NullOr(Schema.Int)
const Texts = Schema.Array(Schema.String)
export const Id = Schema.String.annotate({ format: "uuid" })
const Instant = Schema.String.annotate({ format: "date-time" })
const Named = Schema.NullOr(Schema.Struct({ name: Schema.String }))

const enrichment = {
  id: Id,
  createdAt: Instant,
  status: Schema.Literals(statuses),
  failureCause: Text,
  media: Schema.NullOr(Schema.Struct({ originalFileName: Schema.String, mimeType: Text })),
  notificationStatus: Text,
  disciplines: Texts,
  mediaTypes: Texts,
  notifiedAt: Schema.NullOr(Instant),
  aiEvaluation: Text,
  endUserIdentifier: Text,
  contributors: Texts,
  aiModel: Text,
  infrastructure: Text,
  language: Text,
  translateTo: Text,
  aiGenerationCount: Schema.Int,
  mediaTextLength: Count,
  mediaDurationInSeconds: Count,
  initialVersionId: Schema.NullOr(Id),
  lastVersionId: Schema.NullOr(Id)
}

const instants =
  "latestEnrichmentRequestedAt uploadStartedAt uploadEndedAt transcribingStartedAt transcribingEndedAt aiEnrichmentStartedAt aiEnrichmentEndedAt translationStartedAt translationEndedAt aiEvaluationStartedAt aiEvaluationEndedAt"
    .split(" ")

export const Enrichment = Schema.Struct(enrichment).annotate({ identifier: "Enrichment" })

export const EnrichmentWithStatus = Schema.Struct({
  ...enrichment,
  aiProcessedBy: Named,
  aiEvaluatedBy: Named,
  transcribedBy: Named,
  translatedBy: Named,
  ...Object.fromEntries(instants.map((name) => [name, Schema.NullOr(Instant)])),
  progress: Schema.NullOr(Schema.Finite),
  queuePosition: Count
}).annotate({ identifier: "EnrichmentWithStatus" })

const Sentence = Schema.Struct({ start: Schema.Finite, end: Schema.Finite, text: Schema.String }).annotate({
  identifier: "Sentence",
  description: "With whatever else its worker said of it, such as its words."
})

const Transcript = Schema.Struct({
  originalFilename: Text,
  language: Text,
  text: Schema.String,
  translatedText: Text,
  sentences: Schema.Array(Sentence),
  translatedSentences: Schema.NullOr(Schema.Array(Sentence))
}).annotate({ identifier: "Transcript" })

const Metadata = Schema.Struct({
  title: Text,
  translatedTitle: Text,
  description: Text,
  translatedDescription: Text,
  topics: Texts,
  translatedTopics: Texts,
  discipline: Text,
  mediaType: Text,
  thumbUpTitle: Flag,
  thumbUpDescription: Flag,
  thumbUpTopics: Flag,
  thumbUpDiscipline: Flag,
  thumbUpMediaType: Flag,
  userFeedback: Text
}).annotate({ identifier: "EnrichmentVersionMetadata" })

const Pointer = Schema.String.check(Schema.isPattern(/^\d\d:\d\d:\d\d$/))

const Question = Schema.Struct({
  id: Id,
  question: Text,
  translatedQuestion: Text,
  explanation: Text,
  translatedExplanation: Text,
  choices: Schema.Array(Schema.Struct({
    id: Id,
    optionText: Text,
    translatedOptionText: Text,
    correctAnswer: Flag,
    thumbUp: Flag
  })),
  answerPointer: Schema.NullOr(Schema.Struct({ startAnswerPointer: Pointer, stopAnswerPointer: Pointer })),
  evaluation: Schema.Unknown,
  thumbUp: Flag,
  userFeedback: Text
}).annotate({ identifier: "MultipleChoiceQuestion" })

const version = {
  id: Id,
  createdAt: Instant,
  updatedAt: Instant,
  initialVersion: Schema.Boolean,
  aiGenerated: Schema.Boolean,
  lastEvaluationDate: Schema.NullOr(Instant),
  enrichmentVersionMetadata: Schema.NullOr(Metadata),
  multipleChoiceQuestions: Schema.Array(Question),
  disciplines: Texts,
  mediaTypes: Texts,
  endUserIdentifier: Text,
  aiEvaluation: Text,
  aiModel: Text,
  infrastructure: Text,
  language: Text,
  translateTo: Text,
  notes: Text,
  translatedNotes: Text,
  failureCause: Text
}

/** Lists may leave the transcript out. */
export const ListedVersion = Schema.Struct({ ...version, transcript: Schema.optionalKey(Transcript) }).annotate({
  identifier: "ListedEnrichmentVersion"
})

export const Version = Schema.Struct({ ...version, transcript: Transcript }).annotate({
  identifier: "EnrichmentVersion"
})

export const Judged = Schema.Struct({ status: Schema.Literal("OK"), enrichmentVersion: Version })

export const pageOf = <S extends Schema.Top>(content: S) =>
  Schema.Struct({
    content: Schema.Array(content),
    totalElements: Schema.Int,
    currentPage: Schema.Int,
    isLastPage: Schema.Boolean
  })

export const Done = Schema.Struct({ status: Schema.Literal("OK") })
export const Made = Schema.Struct({ status: Schema.Literal("OK"), id: Id })

export const Combinations = Schema.Array(Schema.Struct({ aiModel: Text, infrastructure: Text }))

export const Health = Schema.Struct({ kernelStatus: Schema.Boolean, dbConnectionStatus: Schema.Boolean })

export const Token = Schema.Struct({
  token_type: Schema.Literal("Bearer"),
  expires_in: Schema.Finite,
  access_token: Schema.String
})

export const Refusal = Schema.Struct({
  status: Schema.Literal("KO"),
  errors: Schema.Array(Violation)
}).annotate({ identifier: "Refusal" })

export const TokenRequest = Schema.Struct({
  grant_type: Schema.Literal("client_credentials"),
  client_id: Schema.optionalKey(Schema.String),
  client_secret: Schema.optionalKey(Schema.String),
  scope: Schema.optionalKey(Schema.String).annotate({ description: scopes.join(" ") })
}).annotate({ identifier: "TokenRequest" })
