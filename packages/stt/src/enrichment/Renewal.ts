/** Work that begins again on an enrichment that has a transcript already. */
import { Effect } from "effect"
import { now } from "../Instant.ts"
import type { Enrichment } from "./Enrichment.ts"
import { Enrichments } from "./Enrichments.ts"
import * as Flow from "./Flow.ts"
import type { Wish } from "./Request.ts"
import type { Status } from "./Status.ts"
import { type StepName, steps } from "./Step.ts"
import type { Version } from "./Version.ts"
import { Versions } from "./Versions.ts"

/** As if the step had never begun; attempts are counted anew. */
const untouched = (step: StepName) => ({
  [`${step}StartedAt`]: null,
  [`${step}EndedAt`]: null,
  [`${step}LeaseAt`]: null,
  [`${step}By`]: null,
  [`${step}TaskId`]: null,
  [`${step}Retries`]: 0
})

const noAttempts = { transcriptionRetries: 0, enrichmentRetries: 0, translationRetries: 0, evaluationRetries: 0 }

/** A version that a client pushed, which may want to be translated. */
export const afterPush = Effect.fnUntraced(function*(enrichment: string, version: string, translate: boolean) {
  const enrichments = yield* Enrichments
  yield* enrichments.update(enrichment, noAttempts)
  if (!translate) return
  yield* enrichments.update(enrichment, {
    ...untouched("translation"),
    status: "WAITING_TRANSLATION",
    aiEvaluation: null,
    failureCause: null,
    workVersionId: version,
    latestEnrichmentRequestedAt: yield* now
  })
})

/** A new AI version: a copy of the transcript, to be filled by workers. */
export const renew = Effect.fnUntraced(function*(enrichment: Enrichment, latest: Version, wish: Wish) {
  const enrichments = yield* Enrichments
  const versions = yield* Versions
  yield* enrichments.overwrite(enrichment.id, wish)
  const transcript = yield* versions.transcript(latest.id)
  const version = yield* versions.insert(enrichment.id, { initial: false, aiGenerated: true, transcript })
  yield* enrichments.update(enrichment.id, {
    ...noAttempts,
    ...untouched("enrichment"),
    ...untouched("translation"),
    ...untouched("evaluation"),
    status: Flow.afterTranscription(wish),
    failureCause: null,
    progress: null,
    workVersionId: version,
    aiGenerationCount: enrichment.aiGenerationCount + 1,
    latestEnrichmentRequestedAt: yield* now
  })
  return version
})

/** The step at which an enrichment failed after its transcription: the first one that was begun and not completed. */
export const waitingFor = (row: Enrichment): Status => {
  const failed = [steps.evaluation, steps.translation, steps.enrichment].find(({ name }) =>
    row[`${name}StartedAt`] !== null
  )
  return failed?.waiting ?? Flow.afterTranscription(row)
}

/** As if no step had ever been tried. */
export const afresh = {
  ...untouched("transcription"),
  ...untouched("enrichment"),
  ...untouched("translation"),
  ...untouched("evaluation"),
  uploadAttempts: 0,
  uploadNextAt: null,
  uploadOwner: null,
  uploadStartedAt: null
}
