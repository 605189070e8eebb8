/** Which state follows which: the whole state machine, without a clock and without a database. */
import type { Status } from "./Status.ts"
import type { StepName } from "./Step.ts"

/** What was asked for, as far as it decides which steps are taken. */
export interface Wanted {
  readonly generateMetadata: boolean
  readonly generateQuiz: boolean
  readonly generateNotes: boolean
  readonly translateTo: string | null
  readonly aiEvaluation: string | null
}

const afterTranslation = ({ aiEvaluation }: Wanted): Status =>
  aiEvaluation === null ? "SUCCESS" : "WAITING_AI_EVALUATION"

const afterEnrichment = (wanted: Wanted): Status =>
  wanted.translateTo === null ? afterTranslation(wanted) : "WAITING_TRANSLATION"

/** Once there is a transcript, be it new or kept. */
export const afterTranscription = (wanted: Wanted): Status =>
  wanted.generateMetadata || wanted.generateQuiz || wanted.generateNotes
    ? "WAITING_AI_ENRICHMENT"
    : afterEnrichment(wanted)

export const after: { readonly [Name in StepName]: (wanted: Wanted) => Status } = {
  transcription: afterTranscription,
  enrichment: afterEnrichment,
  translation: afterTranslation,
  evaluation: () => "SUCCESS"
}
