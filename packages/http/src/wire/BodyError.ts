/** Why a request body is refused, as data, and the sentence that tells its author what to change. */
import { Data } from "effect"

export type BodyError = Data.TaggedEnum<{
  /** Not JSON: at `offset` (bytes from the start of the body) something else was expected. */
  Malformed: { readonly offset: number; readonly expected: string }
  /** JSON, but not an object. */
  NotAnObject: { readonly offset: number }
  /** A field that the gateway acts upon is named twice, so which one counts would be a guess. */
  Duplicate: { readonly field: string; readonly offset: number }
  TooDeep: { readonly offset: number; readonly limit: number }
  /** The body ended before the document did. */
  Truncated: { readonly offset: number }
  WrongType: { readonly field: string; readonly expected: string }
}>

export const BodyError = Data.taggedEnum<BodyError>()

export const describe: (error: BodyError) => string = BodyError.$match({
  Malformed: ({ expected, offset }) =>
    `The body is not valid JSON: at byte ${offset}, ${expected} was expected. Send one JSON object encoded in UTF-8.`,
  NotAnObject: () => "The body is JSON but not an object. Send one JSON object, such as {\"model\": \"…\"}.",
  Duplicate: ({ field, offset }) => `The field \`${field}\` is given a second time at byte ${offset}. Give it once.`,
  TooDeep: ({ limit, offset }) =>
    `The body nests deeper than ${limit} levels at byte ${offset}. Flatten what is nested below.`,
  Truncated: ({ offset }) =>
    `The body ends at byte ${offset}, before its JSON object is closed. Send the whole object, and a content-length that covers it.`,
  WrongType: ({ expected, field }) => `The field \`${field}\` has the wrong type or value: send ${expected}.`
})
