/** The states of an enrichment, in the exact words of the wire; one of them is misspelt there. */
export const statuses = [
  "WAITING_MEIDA_UPLOAD",
  "UPLOADING_MEDIA",
  "WAITING_MEDIA_TRANSCRIPTION",
  "TRANSCRIBING_MEDIA",
  "WAITING_AI_ENRICHMENT",
  "AI_ENRICHING",
  "WAITING_TRANSLATION",
  "TRANSLATING",
  "WAITING_AI_EVALUATION",
  "AI_EVALUATING",
  "SUCCESS",
  "FAILURE"
] as const

export type Status = typeof statuses[number]

/** Somebody, or we ourselves, are at work: what is asked now would overlap. */
export const isRunning = (status: Status): boolean =>
  ["UPLOADING_MEDIA", "TRANSCRIBING_MEDIA", "AI_ENRICHING", "TRANSLATING", "AI_EVALUATING"].includes(status)
