/** One version of what is known about a medium, with its questions and, apart from it, its transcript. */
import type { Parameters } from "./Enrichment.ts"

export interface Sentence {
  readonly start: number
  readonly end: number
  readonly text: string
  readonly words?: ReadonlyArray<{ readonly start: number; readonly end: number; readonly text: string }>
}

export interface Transcript {
  readonly originalFilename: string | null
  readonly language: string | null
  readonly text: string
  readonly sentences: ReadonlyArray<Sentence>
  readonly translatedText: string | null
  readonly translatedSentences: ReadonlyArray<Sentence> | null
}

export interface Metadata {
  readonly title: string | null
  readonly translatedTitle: string | null
  readonly description: string | null
  readonly translatedDescription: string | null
  readonly topics: ReadonlyArray<string>
  readonly translatedTopics: ReadonlyArray<string>
  readonly discipline: string | null
  readonly mediaType: string | null
  readonly thumbUpTitle: boolean | null
  readonly thumbUpDescription: boolean | null
  readonly thumbUpTopics: boolean | null
  readonly thumbUpDiscipline: boolean | null
  readonly thumbUpMediaType: boolean | null
  readonly userFeedback: string | null
}

export interface Choice {
  readonly id: string
  readonly optionText: string | null
  readonly translatedOptionText: string | null
  readonly correctAnswer: boolean | null
  readonly thumbUp: boolean | null
}

export interface Question {
  readonly id: string
  readonly question: string | null
  readonly translatedQuestion: string | null
  readonly explanation: string | null
  readonly translatedExplanation: string | null
  readonly choices: ReadonlyArray<Choice>
  readonly answerPointer: { readonly startAnswerPointer: string; readonly stopAnswerPointer: string } | null
  readonly evaluation: unknown
  readonly thumbUp: boolean | null
  readonly userFeedback: string | null
}

export interface Version extends Parameters {
  readonly id: string
  readonly enrichmentId: string
  readonly initial: boolean
  readonly aiGenerated: boolean
  readonly endUserIdentifier: string | null
  readonly metadata: Metadata | null
  readonly questions: ReadonlyArray<Question>
  readonly notes: string | null
  readonly translatedNotes: string | null
  readonly failureCause: string | null
  readonly lastEvaluationDate: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
}
