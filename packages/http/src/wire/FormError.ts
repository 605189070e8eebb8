/** Why a form is refused, as data, and the sentence that tells its author what to change. */
import { Data } from "effect"

export type FormError = Data.TaggedEnum<{
  /** The content type names no boundary, or one that forms cannot have. */
  NoBoundary: {}
  /** At `offset` (bytes from the start of the body) something else was expected. */
  MalformedForm: { readonly offset: number; readonly expected: string }
  /** The head of the part that starts at `offset` cannot be read, or not by everybody in the same way. */
  BadPart: { readonly offset: number; readonly problem: string }
  /** A field that the gateway acts upon is given twice, so which one counts would be a guess. */
  DuplicatePart: { readonly field: string; readonly offset: number }
  TooManyParts: { readonly limit: number }
  /** The body ended before the form did. */
  TruncatedForm: { readonly offset: number }
  WrongValue: { readonly field: string; readonly expected: string }
}>

export const FormError = Data.taggedEnum<FormError>()

export const describe: (error: FormError) => string = FormError.$match({
  NoBoundary: () =>
    "The content type names no boundary. Send \"multipart/form-data; boundary=…\", with 1 to 70 characters.",
  MalformedForm: ({ expected, offset }) => `The form is malformed: at byte ${offset}, ${expected} was expected.`,
  BadPart: ({ offset, problem }) => `The part of the form that starts at byte ${offset} ${problem}.`,
  DuplicatePart: ({ field, offset }) =>
    `The field \`${field}\` is given a second time, in the part that starts at byte ${offset}. Give it once.`,
  TooManyParts: ({ limit }) => `The form has more than ${limit} parts. Send fewer.`,
  TruncatedForm: ({ offset }) =>
    `The form ends at byte ${offset}, before its last boundary. Send the whole form, and a content-length that covers it.`,
  WrongValue: ({ expected, field }) => `The field \`${field}\` has the wrong value: send ${expected}.`
})
