/** The fields of a request body that the gateway acts upon, and what their values may be. */
import { BodyError } from "./BodyError.ts"
import { isEscaped, longestValue, type Member, names, ObjectScanner, type ScannedObject } from "./ObjectScanner.ts"

export type OwnedField =
  | "model"
  | "stream"
  | "stream_options"
  | "priority"
  | "routing-mode"
  | "max_tokens"
  | "max_completion_tokens"
  | "max_output_tokens"
  | "n"
  | "keep_alive"

/** The names under which an owned field may come; both spellings of one field together are a duplicate. */
export const ownedNames = names<OwnedField>({
  model: "model",
  stream: "stream",
  stream_options: "stream_options",
  priority: "priority",
  "routing-mode": "routing-mode",
  routing_mode: "routing-mode",
  max_tokens: "max_tokens",
  max_completion_tokens: "max_completion_tokens",
  max_output_tokens: "max_output_tokens",
  n: "n",
  keep_alive: "keep_alive"
})

export type StreamOption = "include_usage"

const streamOptionNames = names<StreamOption>({ include_usage: "include_usage" })

/** What the owned fields say. Apart from `model`, a field that is `null` says as little as one that is missing. */
export interface OwnedValues {
  readonly model: string | undefined
  readonly stream: boolean
  readonly includeUsage: boolean | undefined
  /** The object in `stream_options`, its positions counted from the start of the body. */
  readonly streamOptions: ScannedObject<StreamOption> | undefined
  readonly priority: number | undefined
  readonly routingMode: string | undefined
  /** The most tokens one answer may have, at most 2³¹ − 1: the newer names of this field count before `max_tokens`. */
  readonly maxTokens: number | undefined
  readonly n: number | undefined
}

type Members = ReadonlyMap<OwnedField, Member<OwnedField>>

const greatest = 2 ** 31 - 1

export const ownedValues = (members: Members, streamUnlessTold: boolean): BodyError | OwnedValues => {
  const model = textOf(members.get("model"))
  if (typeof model === "object") return model
  if (model === undefined && members.has("model")) return wrong("model", "the name of a model, as a string")
  const stream = booleanOf(members.get("stream"), "stream")
  if (typeof stream === "object") return stream
  const options = streamOptionsOf(members.get("stream_options"))
  if (options !== undefined && "_tag" in options) return options
  const includeUsage = booleanOf(options?.members.get("include_usage"), "stream_options.include_usage")
  if (typeof includeUsage === "object") return includeUsage
  const priority = integerOf(members.get("priority"))
  if (typeof priority === "object") return priority
  const routingMode = textOf(members.get("routing-mode"))
  if (typeof routingMode === "object") return routingMode
  const maxTokens = integerOf(members.get("max_tokens"))
  if (typeof maxTokens === "object") return maxTokens
  const maxCompletionTokens = integerOf(members.get("max_completion_tokens"))
  if (typeof maxCompletionTokens === "object") return maxCompletionTokens
  const maxOutputTokens = integerOf(members.get("max_output_tokens"))
  if (typeof maxOutputTokens === "object") return maxOutputTokens
  const n = integerOf(members.get("n"))
  if (typeof n === "object") return n
  return {
    model,
    stream: stream ?? streamUnlessTold,
    includeUsage,
    streamOptions: options,
    priority,
    routingMode,
    maxTokens: amount(maxCompletionTokens ?? maxOutputTokens ?? maxTokens),
    n: amount(n)
  }
}

// A negative or zero amount is the engine's to refuse, in its own words: it tells the gateway nothing.
const amount = (value: number | undefined) => value === undefined || value <= 0 ? undefined : Math.min(value, greatest)

const wrong = (field: string, expected: string) => BodyError.WrongType({ field, expected })

const firstByte = ({ written }: Member) => written === undefined ? undefined : written.bytes[written.start]
const NULL = 0x6e

const textOf = (member: Member<OwnedField> | undefined): BodyError | string | undefined => {
  if (member === undefined || firstByte(member) === NULL) return undefined
  const { field, written } = member
  if (written === undefined) return wrong(field, `a string of at most ${longestValue} bytes`)
  const { bytes, end, start } = written
  if (bytes[start] !== 0x22 || end - start === 2) return wrong(field, "a string that is not empty")
  if (isEscaped(written)) return String(JSON.parse(bytes.toString("utf8", start, end)))
  return bytes.toString("utf8", start + 1, end - 1)
}

const booleanOf = (member: Member | undefined, field: string): BodyError | boolean | undefined => {
  if (member === undefined) return undefined
  const first = firstByte(member)
  if (first === 0x74) return true
  if (first === 0x66) return false
  return first === NULL ? undefined : wrong(field, "`true` or `false`")
}

const integerOf = (member: Member<OwnedField> | undefined): BodyError | number | undefined => {
  if (member === undefined || firstByte(member) === NULL) return undefined
  if (member.written !== undefined) {
    const { bytes, end, start } = member.written
    // Text, arrays, objects and literals, as they are written, are not numbers to `Number` either.
    const value = Number(bytes.toString("latin1", start, end))
    if (Number.isSafeInteger(value)) return value === 0 ? 0 : value
  }
  return wrong(member.field, "an integer")
}

const streamOptionsOf = (
  member: Member<OwnedField> | undefined
): BodyError | ScannedObject<StreamOption> | undefined => {
  if (member === undefined || firstByte(member) === NULL) return undefined
  const { field, value, written } = member
  if (written === undefined) return wrong(field, `an object of at most ${longestValue} bytes`)
  if (firstByte(member) !== 0x7b) return wrong(field, "an object, such as {\"include_usage\": true}")
  const scanner = new ObjectScanner(streamOptionNames, undefined, value.start)
  const failure = scanner.push(written.bytes.subarray(written.start, written.end))
  if (failure?._tag === "Duplicate") return { ...failure, field: `stream_options.${failure.field}` }
  return failure ?? scanner.end()
}
