/** What workers are told about their jobs, key by key. */
import { Schema } from "effect"
import { Id } from "./Answers.ts"

const Text = Schema.NullOr(Schema.String)
const Texts = Schema.Array(Schema.String)
const Sentences = Schema.Array(Schema.Unknown)
const ids = { enrichmentId: Id, enrichmentVersionId: Id }

export const Transcription = Schema.Struct({
  enrichmentId: Id,
  mediaTemporaryUrl: Schema.String.annotate({ format: "uri" }),
  language: Text
}).annotate({ identifier: "TranscriptionJob" })

export const Enrichment = Schema.Struct({
  ...ids,
  transcript: Schema.Struct({ originalFilename: Text, language: Text, text: Schema.String, sentences: Sentences }),
  mediaTypes: Texts,
  disciplines: Texts,
  generateMetadata: Schema.Boolean,
  generateQuiz: Schema.Boolean,
  generateNotes: Schema.Boolean
}).annotate({ identifier: "EnrichmentJob" })

const choice = { id: Id, optionText: Text }
const question = { id: Id, question: Text, explanation: Text }

export const Translation = Schema.Struct({
  ...ids,
  transcript: Schema.Struct({ text: Schema.String, sentences: Sentences }),
  multipleChoiceQuestions: Schema.Array(
    Schema.Struct({ ...question, choices: Schema.Array(Schema.Struct(choice)) })
  ),
  enrichmentVersionMetadata: Schema.NullOr(Schema.Struct({ title: Text, description: Text, topics: Texts })),
  notes: Text,
  language: Text,
  translateTo: Text
}).annotate({ identifier: "TranslationJob" })

export const Evaluation = Schema.Struct({
  ...ids,
  transcript: Schema.Struct({ language: Text, text: Schema.String }),
  multipleChoiceQuestions: Schema.Array(
    Schema.Struct({
      ...question,
      translatedQuestion: Text,
      translatedExplanation: Text,
      choices: Schema.Array(Schema.Struct({ ...choice, correctAnswer: Schema.NullOr(Schema.Boolean) }))
    })
  ),
  enrichmentVersionMetadata: Schema.NullOr(
    Schema.Struct({
      title: Text,
      description: Text,
      translatedDescription: Text,
      topics: Texts,
      translatedTopics: Texts
    })
  )
}).annotate({ identifier: "EvaluationJob" })
