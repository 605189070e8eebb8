/** Enrichments and versions as the wire shows them: every key, always, with null where there is nothing. */
import { wire } from "../Instant.ts"
import type { Enrichment } from "./Enrichment.ts"
import type { Transcript, Version } from "./Version.ts"

export const enrichment = (row: Enrichment) => ({
  id: row.id,
  createdAt: wire(row.createdAt),
  status: row.status,
  failureCause: row.failureCause,
  media: row.mediaName === null ? null : { originalFileName: row.mediaName, mimeType: row.mediaMime },
  notificationStatus: row.notificationStatus,
  disciplines: row.disciplines,
  mediaTypes: row.mediaTypes,
  notifiedAt: wire(row.notifiedAt),
  aiEvaluation: row.aiEvaluation,
  endUserIdentifier: row.endUserIdentifier,
  contributors: row.contributors,
  aiModel: row.aiModel,
  infrastructure: row.infrastructure,
  language: row.language,
  translateTo: row.translateTo,
  aiGenerationCount: row.aiGenerationCount,
  mediaTextLength: row.mediaTextLength,
  mediaDurationInSeconds: row.mediaSeconds === null ? null : Math.round(row.mediaSeconds),
  initialVersionId: row.initialVersionId,
  lastVersionId: row.lastVersionId
})

const worker = (name: string | null) => name === null ? null : { name }

/** The last two are ours. */
export const enrichmentWithStatus = (row: Enrichment, queuePosition: number | null) => ({
  ...enrichment(row),
  aiProcessedBy: worker(row.enrichmentBy),
  aiEvaluatedBy: worker(row.evaluationBy),
  transcribedBy: worker(row.transcriptionBy),
  translatedBy: worker(row.translationBy),
  latestEnrichmentRequestedAt: wire(row.latestEnrichmentRequestedAt),
  uploadStartedAt: wire(row.uploadStartedAt),
  uploadEndedAt: wire(row.uploadEndedAt),
  transcribingStartedAt: wire(row.transcriptionStartedAt),
  transcribingEndedAt: wire(row.transcriptionEndedAt),
  aiEnrichmentStartedAt: wire(row.enrichmentStartedAt),
  aiEnrichmentEndedAt: wire(row.enrichmentEndedAt),
  translationStartedAt: wire(row.translationStartedAt),
  translationEndedAt: wire(row.translationEndedAt),
  aiEvaluationStartedAt: wire(row.evaluationStartedAt),
  aiEvaluationEndedAt: wire(row.evaluationEndedAt),
  progress: row.progress,
  queuePosition
})

export const version = (row: Version) => ({
  id: row.id,
  createdAt: wire(row.createdAt),
  updatedAt: wire(row.updatedAt),
  initialVersion: row.initial,
  aiGenerated: row.aiGenerated,
  lastEvaluationDate: wire(row.lastEvaluationDate),
  enrichmentVersionMetadata: row.metadata,
  multipleChoiceQuestions: row.questions,
  disciplines: row.disciplines,
  mediaTypes: row.mediaTypes,
  endUserIdentifier: row.endUserIdentifier,
  aiEvaluation: row.aiEvaluation,
  aiModel: row.aiModel,
  infrastructure: row.infrastructure,
  language: row.language,
  translateTo: row.translateTo,
  notes: row.notes,
  translatedNotes: row.translatedNotes,
  failureCause: row.failureCause
})

const transcriptOf = ({
  language,
  originalFilename,
  sentences,
  text,
  translatedSentences,
  translatedText
}: Transcript) => ({ originalFilename, language, text, translatedText, sentences, translatedSentences })

export const versionWith = (row: Version, transcript: Transcript) => ({
  ...version(row),
  transcript: transcriptOf(transcript)
})
