/** A transcription worker's report, and the medium that it works on. */
import { Effect, Option } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import type { Enrichment } from "../enrichment/Enrichment.ts"
import { Enrichments } from "../enrichment/Enrichments.ts"
import { steps } from "../enrichment/Step.ts"
import { Versions } from "../enrichment/Versions.ts"
import { Completion } from "../job/Completion.ts"
import { Links } from "../media/Links.ts"
import { MediaStore } from "../media/MediaStore.ts"
import { missing } from "../Refusal.ts"
import { enrichmentOf } from "./Access.ts"
import * as Authorization from "./Authorization.ts"
import * as Body from "./Body.ts"
import { ok } from "./Envelope.ts"
import * as Inputs from "./Inputs.ts"
import { transcriptIn } from "./VersionForm.ts"
import { isSuccess, reportOf } from "./WorkerRoutes.ts"

export const report = Effect.gen(function*() {
  const step = steps.transcription
  const worker = yield* Authorization.holding(step.scope)
  const [enrichmentId] = yield* Inputs.ids("id")
  const body = yield* Body.read({ maxFile: 256 * 1024 * 1024 })
  const report = yield* reportOf(worker, step, body, { enrichmentId })
  const transcript = isSuccess(report)
    ? yield* transcriptIn(body, "transcript", "No transcript has been given")
    : undefined
  const versions = yield* Versions
  const enrichments = yield* Enrichments
  const made = yield* (yield* Completion).complete(report, (enrichment) =>
    Effect.gen(function*() {
      const version = yield* versions.insert(enrichment.id, {
        initial: true,
        aiGenerated: true,
        transcript: { ...transcript!, originalFilename: transcript!.originalFilename ?? enrichment.mediaName }
      })
      yield* enrichments.update(enrichment.id, {
        workVersionId: version,
        aiGenerationCount: 1,
        mediaTextLength: Buffer.byteLength(transcript!.text)
      })
      return version
    }))
  return ok(Option.isSome(made) ? { id: made.value } : {})
})

const gone = missing(null, "This link is not valid, or has expired, or its medium is not needed any more")

const streamed = Effect.fnUntraced(function*(enrichment: Enrichment | undefined) {
  if (enrichment === undefined || enrichment.deleted || enrichment.mediaKey === null) return yield* gone
  const opened = yield* Effect.orDie((yield* MediaStore).open(enrichment.mediaKey))
  if (opened === undefined) return yield* gone
  return HttpServerResponse.raw(opened.stream, {
    contentType: enrichment.mediaMime ?? "application/octet-stream",
    contentLength: opened.size,
    headers: { "content-disposition": "attachment", "x-content-type-options": "nosniff" }
  })
})

/** Without a token: the link is the right to it. */
export const medium = Effect.gen(function*() {
  const { token = "" } = yield* HttpRouter.params
  const id = Option.getOrUndefined(yield* (yield* Links).read(token))
  if (id === undefined) return yield* gone
  return yield* streamed(Option.getOrUndefined(yield* (yield* Enrichments).find(id)))
})

/** Ours: one's own medium, for as long as it is kept. */
export const ownMedium = Effect.gen(function*() {
  const client = yield* Authorization.holding("scope_client")
  const [id] = yield* Inputs.ids("id")
  return yield* streamed(yield* enrichmentOf(client, id))
})
