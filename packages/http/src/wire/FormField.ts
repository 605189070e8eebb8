/** The fields of a form that the gateway acts upon, and what their values may be. */
import { FormError } from "./FormError.ts"
import type { Span } from "./ObjectScanner.ts"
import type { OwnedValues } from "./OwnedField.ts"

export type FormField = "model" | "stream" | "priority" | "routing-mode"

/** Both spellings of one field together are a duplicate. */
export const formFields: ReadonlyMap<string, FormField> = new Map<string, FormField>([
  ["model", "model"],
  ["stream", "stream"],
  ["priority", "priority"],
  ["routing-mode", "routing-mode"],
  ["routing_mode", "routing-mode"]
])

/** An owned field: the whole part, from its delimiter up to the next one. */
export interface Part extends Span {
  readonly value: string
}

export type Parts = ReadonlyMap<FormField, Part>

export type FormValues = Omit<OwnedValues, "streamOptions">

/** The words in which engines take a yes; anything else that is no yes to them either is theirs to refuse. */
const yes = /^(?:true|1|yes|on|y|t)$/i

const integer = /^[+-]?\d{1,15}$/

/** A field without a value says as little as one that is missing. */
const textOf = (parts: Parts, field: FormField): string | undefined => parts.get(field)?.value.trim() || undefined

export const formValues = (parts: Parts): FormValues | FormError => {
  const priority = textOf(parts, "priority")
  if (priority !== undefined && !integer.test(priority)) {
    return FormError.WrongValue({ field: "priority", expected: "an integer" })
  }
  return {
    model: textOf(parts, "model"),
    stream: yes.test(textOf(parts, "stream") ?? ""),
    includeUsage: undefined,
    priority: priority === undefined ? undefined : Number(priority),
    routingMode: textOf(parts, "routing-mode"),
    maxTokens: undefined,
    n: undefined
  }
}
