/** What the scanner of bodies says, beside what `JSON.parse` says of the same bytes. */
import { assert } from "@effect/vitest"
import type { BodyError } from "../../src/wire/BodyError.ts"
import type { ScannedBody } from "../../src/wire/BodyScanner.ts"
import type { Member } from "../../src/wire/ObjectScanner.ts"
import { firstLevel, ownedNames } from "../wire/RandomBody.ts"

const fieldOf = (name: string) => name === "routing_mode" ? "routing-mode" : name

/** Reads the bytes with what Node offers: what is refused and why, or the object. */
const naive = (bytes: Buffer): string | Record<string, unknown> => {
  let parsed: unknown
  let json: string
  try {
    json = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
    parsed = JSON.parse(json)
  } catch {
    return "not JSON"
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return "not JSON"
  const owned = firstLevel(json).map(({ name }) => name).filter((name) => ownedNames.includes(name)).map(fieldOf)
  if (new Set(owned).size < owned.length) return "Duplicate"
  const fields: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(parsed)) fields[fieldOf(name)] = value
  return fields
}

const placed = ({ comma, field, name, next, ordinal, value }: Member) => ({ comma, field, name, next, ordinal, value })

/** Everything but the buffers, which differ with the chunks. */
export const outline = (outcome: BodyError | ScannedBody) =>
  outcome._tag !== "ScannedBody" ? outcome : {
    ...outcome,
    members: [...outcome.members.values()].map(placed),
    streamOptions: outcome.streamOptions && [...outcome.streamOptions.members.values()].map(placed)
  }

const integer = (value: unknown) => value === undefined || value === null || Number.isSafeInteger(value)
const flag = (value: unknown) => value === undefined || value === null || typeof value === "boolean"
const positive = (value: unknown) => typeof value === "number" && value > 0 ? Math.min(value, 2 ** 31 - 1) : undefined

/** The scanner and the naive reading must agree; `why` names the case. */
export const agree = (bytes: Buffer, outcome: BodyError | ScannedBody, why: string) => {
  const expected = naive(bytes)
  if (expected === "not JSON") {
    // A duplicate is told as soon as it is met, before what is wrong behind it.
    return assert.include(["Malformed", "Truncated", "NotAnObject", "Duplicate"], outcome._tag, why)
  }
  if (expected === "Duplicate") return assert.strictEqual(outcome._tag, "Duplicate", why)
  if (typeof expected === "string") return assert.fail(why)
  const { model, n, priority, stream, stream_options: options } = expected
  const mode = expected["routing-mode"]
  const amounts = ["max_tokens", "max_completion_tokens", "max_output_tokens"].map((field) => expected[field])
  const object = typeof options === "object" && options !== null && !Array.isArray(options)
  const usage = object ? (options as Record<string, unknown>)["include_usage"] : undefined
  const right = (model === undefined || (typeof model === "string" && model !== "")) && flag(stream) &&
    (options === undefined || options === null || object) && flag(usage) &&
    [...amounts, priority, n].every(integer) &&
    (mode === undefined || mode === null || (typeof mode === "string" && mode !== ""))
  if (outcome._tag === "Duplicate" && outcome.field.startsWith("stream_options.")) return assert.isTrue(object, why)
  if (!right) return assert.strictEqual(outcome._tag, "WrongType", why)
  if (outcome._tag !== "ScannedBody") return assert.fail(why)
  assert.deepEqual(
    {
      model: outcome.model,
      stream: outcome.stream,
      usage: outcome.includeUsage,
      priority: outcome.priority,
      mode: outcome.routingMode,
      maxTokens: outcome.maxTokens,
      n: outcome.n,
      length: outcome.length
    },
    {
      model: model as string | undefined,
      stream: stream === true,
      usage: (usage ?? undefined) as boolean | undefined,
      priority: priority === null || priority === undefined ? undefined : Number(priority) + 0,
      mode: (mode ?? undefined) as string | undefined,
      maxTokens: positive(expected["max_completion_tokens"] ?? expected["max_output_tokens"] ?? expected["max_tokens"]),
      n: positive(n),
      length: bytes.length
    },
    why
  )
  for (const { field, value } of outcome.members.values()) {
    assert.deepEqual(JSON.parse(bytes.subarray(value.start, value.end).toString()), expected[field], why)
  }
}
