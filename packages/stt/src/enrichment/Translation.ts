/** A translation as its worker sends it, laid beside what it translates. */
import { Schema } from "effect"
import type { Metadata, Question, Version } from "./Version.ts"

const Text = Schema.optionalKey(Schema.NullOr(Schema.String))

export const Translation = Schema.Struct({
  transcript: Schema.optionalKey(
    Schema.NullOr(Schema.Struct({ text: Schema.String, sentences: Schema.Array(Schema.Unknown) }))
  ),
  enrichmentVersionMetadata: Schema.optionalKey(Schema.NullOr(Schema.Struct({
    title: Text,
    description: Text,
    topics: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.String)))
  }))),
  multipleChoiceQuestions: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.Struct({
    id: Text,
    question: Text,
    explanation: Text,
    choices: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.Struct({ id: Text, optionText: Text }))))
  })))),
  notes: Text
})

export type TranslationResult = typeof Translation.Type

const metadataOf = (metadata: Metadata | null, given: TranslationResult["enrichmentVersionMetadata"]) =>
  metadata === null || given === null || given === undefined ? metadata : {
    ...metadata,
    translatedTitle: given.title ?? null,
    translatedDescription: given.description ?? null,
    translatedTopics: given.topics ?? []
  }

/** By id: what belongs to nothing is left out. */
export const translated = (version: Version, given: TranslationResult) => ({
  metadata: metadataOf(version.metadata, given.enrichmentVersionMetadata),
  translatedNotes: given.notes ?? version.translatedNotes,
  questions: version.questions.map((question): Question => {
    const found = given.multipleChoiceQuestions?.find(({ id }) => id === question.id)
    if (found === undefined) return question
    const choices = question.choices.map((choice) => {
      const other = found.choices?.find(({ id }) => id === choice.id)
      return other === undefined ? choice : { ...choice, translatedOptionText: other.optionText ?? null }
    })
    return {
      ...question,
      choices,
      translatedQuestion: found.question ?? null,
      translatedExplanation: found.explanation ?? null
    }
  })
})
