/** What a worker is told about its job. */
import type { Enrichment } from "../enrichment/Enrichment.ts"
import type { StepName } from "../enrichment/Step.ts"
import type { Transcript, Version } from "../enrichment/Version.ts"

type Describe = (enrichment: Enrichment, version: Version, transcript: Transcript) => Record<string, unknown>

const idsOf = (enrichment: Enrichment, version: Version) => ({
  enrichmentId: enrichment.id,
  enrichmentVersionId: version.id
})

export const describe: { readonly [Name in Exclude<StepName, "transcription">]: Describe } = {
  enrichment: (enrichment, version, { language, originalFilename, sentences, text }) => ({
    ...idsOf(enrichment, version),
    transcript: { originalFilename, language, text, sentences },
    mediaTypes: enrichment.mediaTypes,
    disciplines: enrichment.disciplines,
    generateMetadata: enrichment.generateMetadata,
    generateQuiz: enrichment.generateQuiz,
    generateNotes: enrichment.generateNotes
  }),
  translation: (enrichment, version, { language, sentences, text }) => ({
    ...idsOf(enrichment, version),
    transcript: { text, sentences },
    multipleChoiceQuestions: version.questions.map(({ choices, explanation, id, question }) => ({
      id,
      question,
      explanation,
      choices: choices.map(({ id, optionText }) => ({ id, optionText }))
    })),
    enrichmentVersionMetadata: version.metadata === null ? null : {
      title: version.metadata.title,
      description: version.metadata.description,
      topics: version.metadata.topics
    },
    notes: version.notes,
    language: enrichment.language ?? language,
    translateTo: enrichment.translateTo
  }),
  evaluation: (enrichment, version, { language, text }) => ({
    ...idsOf(enrichment, version),
    transcript: { language, text },
    multipleChoiceQuestions: version.questions.map((question) => ({
      id: question.id,
      question: question.question,
      translatedQuestion: question.translatedQuestion,
      explanation: question.explanation,
      translatedExplanation: question.translatedExplanation,
      choices: question.choices.map(({ correctAnswer, id, optionText }) => ({ id, optionText, correctAnswer }))
    })),
    enrichmentVersionMetadata: version.metadata === null ? null : {
      title: version.metadata.title,
      description: version.metadata.description,
      translatedDescription: version.metadata.translatedDescription,
      topics: version.metadata.topics,
      translatedTopics: version.metadata.translatedTopics
    }
  })
}
