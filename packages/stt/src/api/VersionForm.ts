/** The form by which a client pushes a version of its own. */
import { Effect, Schema } from "effect"
import * as fs from "node:fs/promises"
import * as Questions from "../enrichment/Questions.ts"
import * as Request from "../enrichment/Request.ts"
import * as TranscriptFile from "../enrichment/TranscriptFile.ts"
import type { Metadata, Question, Transcript } from "../enrichment/Version.ts"
import * as Json from "../Json.ts"
import { invalid, type Refusal } from "../Refusal.ts"
import type { Body } from "./Body.ts"
import { flagOf } from "./Inputs.ts"

export interface VersionForm {
  readonly transcript: Transcript | undefined
  readonly metadata: Metadata | null
  readonly questions: ReadonlyArray<Question>
  readonly notes: string | null
  readonly translatedNotes: string | null
  readonly translate: boolean
}

/** Larger than a day of words with their times. */
const maxTranscript = 64 * 1024 * 1024

const notJson = "The uploaded file should be JSON"

export const transcriptIn = Effect.fnUntraced(function*(
  body: Body,
  part: string,
  absent: string | undefined
): Effect.fn.Return<Transcript | undefined, Refusal> {
  const file = body.files.get(part)
  if (file === undefined) {
    const given = body.values[part]
    const text = typeof given === "string" ? given : given === undefined || given === null ? "" : JSON.stringify(given)
    if (text !== "") return yield* read(text, "", part)
    return absent === undefined ? undefined : yield* invalid(part, absent)
  }
  if (file.size > maxTranscript) return yield* invalid(part, "The transcript is too large")
  const text = yield* Effect.promise(() => fs.readFile(file.path, "utf8"))
  return yield* read(text, file.name, part)
})

const read = (text: string, name: string, part: string): Effect.Effect<Transcript, Refusal> => {
  const parsed = TranscriptFile.parse(text, name)
  if (parsed === undefined) return Effect.fail(invalid(part, notJson))
  return typeof parsed === "string" ? Effect.fail(invalid(part, parsed)) : Effect.succeed(parsed)
}

/** JSON in a field of a form, or the value itself in a body of JSON. */
export const jsonIn = (body: Body, name: string): Effect.Effect<unknown, Refusal> =>
  Effect.suspend(() => {
    const value = body.values[name]
    if (typeof value !== "string") return Effect.succeed(value ?? null)
    if (value.trim() === "") return Effect.succeed(null)
    for (const text of [value, `[${value}]`]) {
      try {
        return Effect.succeed(Json.parse(text))
      } catch {
        continue
      }
    }
    return Effect.fail(invalid(name, `The parameter ${name} should be JSON`))
  })

const decodeMetadata = Request.decode(Schema.NullOr(Questions.SentMetadata))
const decodeQuestions = Request.decode(Schema.NullOr(Schema.Array(Questions.SentQuestion)))

/** A list, one alone, or several without their brackets. */
const asList = (value: unknown) => value === null || Array.isArray(value) ? value : [value]

const textIn = ({ values }: Body, name: string): string | null => {
  const value = values[name]
  return typeof value === "string" && value !== "" ? value : null
}

export const parse = Effect.fnUntraced(function*(body: Body): Effect.fn.Return<VersionForm, Refusal> {
  const transcript = yield* transcriptIn(body, "transcript", undefined)
  const metadata = yield* Effect.fromResult(
    decodeMetadata(Request.asMap(yield* jsonIn(body, "enrichmentVersionMetadata")))
  )
  const sent = yield* Effect.fromResult(decodeQuestions(asList(yield* jsonIn(body, "multipleChoiceQuestions"))))
  const questions = yield* Questions.make(sent ?? [], transcript?.sentences.at(-1)?.end ?? 0)
  const translate = flagOf(body.values.translate ?? false)
  if (translate === undefined) return yield* invalid("translate", "The parameter translate should be a boolean")
  return {
    transcript,
    metadata: metadata === null ? null : Questions.metadataOf(metadata),
    questions,
    notes: textIn(body, "notes"),
    translatedNotes: textIn(body, "translatedNotes"),
    translate
  }
})
