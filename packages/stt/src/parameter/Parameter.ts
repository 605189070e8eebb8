/** Limits that an administrator may change while the service runs; names and defaults are those of the contract. */
interface Description {
  readonly value: number
  readonly about: string
}

export const parameters = {
  MAX_TRANSCRIPTION_RETRIES: { value: 2, about: "Transcriptions tried again after a time-out" },
  MAX_ENRICHMENT_RETRIES: { value: 2, about: "AI enrichments tried again" },
  MAX_TRANSLATION_RETRIES: { value: 2, about: "Translations tried again" },
  MAX_EVALUATION_RETRIES: { value: 2, about: "Evaluations tried again" },
  TRANSCRIPTION_WORKER_TIMEOUT: { value: 60, about: "Minutes before a transcription is given to another" },
  AI_ENRICHMENT_WORKER_TIMEOUT: { value: 60, about: "Minutes before an AI enrichment is given to another" },
  TRANSLATION_WORKER_TIMEOUT: { value: 10, about: "Minutes before a translation is given to another" },
  AI_EVALUATION_WORKER_TIMEOUT: { value: 120, about: "Minutes before an evaluation is given to another" },
  MAX_MEDIA_DURATION_IN_SECONDS: { value: 14_400, about: "Longest media; zero or less means no limit" },
  MAX_TEXT_LENGTH: { value: -1, about: "Longest text of subtitles in bytes; zero or less means no limit" },
  MAX_UPLOAD_RETRIES: { value: 3, about: "Downloads tried again after a passing fault" },
  UPLOAD_TIMEOUT: { value: 60, about: "Minutes after which a download has taken too long" },
  RETENTION_IN_DAYS: { value: -1, about: "Days after which an ended enrichment is deleted; zero or less means never" }
} satisfies Record<string, Description>

export type ParameterName = keyof typeof parameters

export type Values = { readonly [Name in ParameterName]: number }

export const names = Object.keys(parameters) as ReadonlyArray<ParameterName>

/** The original's own names carry the unit of time-outs. */
export const nameOf = (given: string): ParameterName | undefined =>
  names.find((name) => name === given || `${name}_IN_MINUTES` === given)
