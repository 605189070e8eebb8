/** The transcript that a worker or a client sends: three fields are required, the sentences are kept as they are. */
import { Result, Schema } from "effect"
import * as Json from "../Json.ts"
import * as Language from "./Language.ts"
import type { Sentence, Transcript } from "./Version.ts"

const Timed = Schema.Struct({ start: Schema.Finite, end: Schema.Finite, text: Schema.String })

const Sentences = Schema.Array(
  Schema.Struct({ ...Timed.fields, words: Schema.optionalKey(Schema.NullOr(Schema.Array(Timed))) })
)

const TranscriptFile = Schema.Struct({
  language: Schema.NullOr(Schema.String),
  text: Schema.String,
  sentences: Sentences,
  original_file_name: Schema.optionalKey(Schema.NullOr(Schema.String))
})

const decode = Schema.decodeUnknownResult(TranscriptFile)
const decodeSentences = Schema.decodeUnknownResult(Sentences)

/** Undefined when the text is no JSON at all, a message when it is not a transcript. */
export const parse = (text: string, fileName: string): Transcript | string | undefined => {
  let value: unknown
  try {
    value = Json.parse(text.replace(/^\uFEFF/, ""))
  } catch {
    return undefined
  }
  const decoded = decode(value)
  if (Result.isFailure(decoded)) return "The transcript should have a language, a text and sentences with start and end"
  const { language, original_file_name: original, text: whole } = decoded.success
  // What was decoded has lost the keys that we do not know; what is kept has not.
  const { sentences } = value as { readonly sentences: ReadonlyArray<Sentence> }
  return {
    originalFilename: original || fileName || null,
    language: Language.normalise(language),
    text: whole,
    sentences,
    translatedText: null,
    translatedSentences: null
  }
}

export const areSentences = (value: unknown): value is ReadonlyArray<Sentence> =>
  Result.isSuccess(decodeSentences(value))
