/** Enrichments brought to the state that a test begins in. */
import { assert } from "@effect/vitest"
import type { Caller, Json } from "./Caller.ts"
import { srt, wav } from "./Media.ts"
import * as Workers from "./Workers.ts"

export const hookUrl = "http://hook.test/webhook"

export const parameters = (more: Record<string, unknown> = {}) => ({
  mediaTypes: ["cours"],
  disciplines: ["Droit"],
  ...more
})

export const uploadForm = (more: Record<string, string | Blob> = {}, wanted: Record<string, unknown> = {}) => ({
  file: new File([wav(1)], "leçon.wav"),
  enrichmentParameters: JSON.stringify(parameters(wanted)),
  notificationWebhookUrl: hookUrl,
  ...more
})

export const upload = async (
  caller: Caller,
  wanted: Record<string, unknown> = {},
  more: Record<string, string | Blob> = {}
): Promise<string> => {
  const { json, status, text } = await caller.post("/enrichments/upload", { form: uploadForm(more, wanted) })
  assert.strictEqual(status, 200, text)
  return json.id
}

/** Nothing is left to do for it: it has its first version. */
export const uploadSubtitles = (caller: Caller, wanted: Record<string, unknown> = {}) =>
  upload(caller, { generateMetadata: false, generateQuiz: false, ...wanted }, { file: new File([srt], "cours 1.srt") })

export const uploadEnriched = async (caller: Caller, worker: Caller, wanted: Record<string, unknown> = {}) => {
  const id = await uploadSubtitles(caller, { generateMetadata: true, generateQuiz: true, ...wanted })
  assert.isTrue(await Workers.enrich(worker))
  return id
}

export const enrichment = async (caller: Caller, id: string): Promise<Json> =>
  (await caller.get(`/enrichments/${id}`)).json

export const latest = async (caller: Caller, id: string): Promise<Json> =>
  (await caller.get(`/enrichments/${id}/versions/latest`)).json
