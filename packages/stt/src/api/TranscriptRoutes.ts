/** `download_transcript`: a version's transcript, or its translation, as subtitles. */
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import type { Version } from "../enrichment/Version.ts"
import { Versions } from "../enrichment/Versions.ts"
import { type Format, formats, render } from "../subtitle/Rendering.ts"
import { enrichmentOf, versionOf } from "./Access.ts"
import * as Authorization from "./Authorization.ts"
import { json } from "./Envelope.ts"
import * as Inputs from "./Inputs.ts"

/** The key of such an error is the parameter itself; path and message are there as everywhere else. */
const refused = (name: string, message: string) =>
  json({ status: "KO", errors: [{ [name]: message, path: name, message }] }, { status: 400 })

const isFormat = (text: string): text is Format => text in formats

/** Unquoted where that is possible: a known client looks at how the header ends. */
const disposition = (name: string): string => {
  if (/^[\w.-]+$/.test(name)) return `attachment; filename=${name}`
  const plain = name.normalize("NFKD").replace(/[^\w.-]+/g, "_")
  return `attachment; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, "_")}; filename=${plain}`
}

const choose = Effect.fnUntraced(function*(version: Version, language: string) {
  const transcript = yield* (yield* Versions).transcript(version.id)
  const original = language === "" || language === version.language || language === transcript.language
  if (original) return transcript.sentences
  return language === version.translateTo ? transcript.translatedSentences : null
})

export const download = Effect.gen(function*() {
  const client = yield* Authorization.holding("scope_client")
  const [id, vid] = yield* Inputs.ids("id", "vid")
  const query = yield* Inputs.query
  const asked = query.get("format") ?? "srt"
  const format = asked.toLowerCase()
  const enrichment = yield* enrichmentOf(client, id)
  const version = yield* versionOf(enrichment, vid)
  if (!isFormat(format)) {
    return refused("format", `'${asked.slice(0, 100)}' is not a supported format. Supported formats : SRT, VTT`)
  }
  const language = query.get("language") ?? ""
  const sentences = yield* choose(version, language)
  if (sentences === null) {
    return refused("language", `Couldn't find transcript in the specified language '${language.slice(0, 100)}'`)
  }
  const stem = (enrichment.mediaName ?? "transcript").replace(/\.[^.]*$/, "") || "transcript"
  return HttpServerResponse.text(render(sentences, format), {
    contentType: formats[format],
    headers: { "content-disposition": disposition(`${stem}.${format}`) }
  })
})
