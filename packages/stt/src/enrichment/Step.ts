/** The four kinds of work that workers do, and what names them in states, scopes, parameters and messages. */
import type { Scope } from "../client/Scope.ts"
import type { ParameterName } from "../parameter/Parameter.ts"
import type { Status } from "./Status.ts"

export type StepName = "transcription" | "enrichment" | "translation" | "evaluation"

export interface Step {
  /** Also the prefix of its columns. */
  readonly name: StepName
  readonly waiting: Status
  readonly running: Status
  readonly scope: Scope
  readonly retries: ParameterName
  readonly timeout: ParameterName
}

export const steps: { readonly [Name in StepName]: Step } = {
  transcription: {
    name: "transcription",
    waiting: "WAITING_MEDIA_TRANSCRIPTION",
    running: "TRANSCRIBING_MEDIA",
    scope: "scope_transcription_worker",
    retries: "MAX_TRANSCRIPTION_RETRIES",
    timeout: "TRANSCRIPTION_WORKER_TIMEOUT"
  },
  enrichment: {
    name: "enrichment",
    waiting: "WAITING_AI_ENRICHMENT",
    running: "AI_ENRICHING",
    scope: "scope_processing_worker",
    retries: "MAX_ENRICHMENT_RETRIES",
    timeout: "AI_ENRICHMENT_WORKER_TIMEOUT"
  },
  translation: {
    name: "translation",
    waiting: "WAITING_TRANSLATION",
    running: "TRANSLATING",
    scope: "scope_translation_worker",
    retries: "MAX_TRANSLATION_RETRIES",
    timeout: "TRANSLATION_WORKER_TIMEOUT"
  },
  evaluation: {
    name: "evaluation",
    waiting: "WAITING_AI_EVALUATION",
    running: "AI_EVALUATING",
    scope: "scope_evaluation_worker",
    retries: "MAX_EVALUATION_RETRIES",
    timeout: "AI_EVALUATION_WORKER_TIMEOUT"
  }
}

export const all: ReadonlyArray<Step> = Object.values(steps)
