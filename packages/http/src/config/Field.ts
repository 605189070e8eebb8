/** Scalars of the configuration file: what each kind accepts, and how it is described when something else is found. */
import * as FetchHosts from "@aiguilleur/stt/fetch/FetchHosts"
import { ByteSize, Duration, Effect, Option, Redacted, Result, Schema, SchemaGetter, SchemaIssue } from "effect"
import { networkOf } from "../Sender.ts"
import { normalise } from "./ServerUrl.ts"

/** A field read by one function that answers with the value, or with what it expected. */
const field = <A>(read: (input: unknown) => Result.Result<A, string>) =>
  Schema.Unknown.pipe(Schema.decodeTo(Schema.declare((value): value is A => value !== undefined), {
    decode: SchemaGetter.transformEffect((input: unknown) =>
      Result.match(read(input), {
        onFailure: (expected) => Effect.fail(new SchemaIssue.InvalidValue({ expected })),
        onSuccess: (value) => Effect.succeed(value)
      })
    ),
    encode: SchemaGetter.forbidden<unknown, A>(() => "a configuration is only read")
  }))

const check = <A>(expected: string, read: (input: unknown) => A | undefined) =>
  field((input) => {
    const value = read(input)
    return value === undefined ? Result.fail(expected) : Result.succeed(value)
  })

/** Numbers may come as text, from quotes or from the environment. */
const numberOf = (input: unknown): number | undefined => {
  if (typeof input === "number") return Number.isFinite(input) ? input : undefined
  return typeof input === "string" && /^-?\d+(\.\d+)?$/.test(input.trim()) ? Number(input) : undefined
}

export const Text = check("text", (input) => typeof input === "string" && input.trim() !== "" ? input : undefined)

export const Flag = check("true or false", (input) => {
  if (typeof input === "boolean") return input
  return input === "true" ? true : input === "false" ? false : undefined
})

export const IntBetween = (least: number, most: number) =>
  check(`a whole number from ${least} to ${most}`, (input) => {
    const value = numberOf(input)
    return Number.isInteger(value) && value! >= least && value! <= most ? value : undefined
  })

export const NumberBetween = (least: number, most: number) =>
  check(`a number from ${least} to ${most}`, (input) => {
    const value = numberOf(input)
    return value !== undefined && value >= least && value <= most ? value : undefined
  })

/** Bytes. `MB` is 10⁶ and `MiB` is 2²⁰, as Effect's `ByteSize` has it; a bare number counts bytes. */
export const Size = check("a size above 0 like 32MB or 32MiB", (input) => {
  const bare = numberOf(input)
  const text = bare === undefined && typeof input === "string" ? input.trim().replace(/KB$/, "kB") : `${bare} B`
  const bytes = ByteSize.fromString(text).pipe(Option.flatMap(ByteSize.toNumber), Option.getOrUndefined)
  return bytes !== undefined && bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined
})

/** `setTimeout` fires at once for anything longer. */
const longestTimer = 2_147_483_647

const millis = (input: unknown): number | undefined => {
  if (typeof input !== "string") return undefined
  const duration = Option.getOrUndefined(Duration.fromInput(input.trim() as Duration.Input))
  if (duration === undefined) return undefined
  const value = Duration.toMillis(duration)
  return value > 0 && value <= longestTimer ? value : undefined
}

/** Milliseconds, written with a unit: a bare number would be read as seconds by some and as milliseconds by others. */
export const Span = check("a duration above 0 (at most 24 days) like 500 millis, 60 seconds or 10 minutes", millis)

/** `null` stands for `off`. */
export const SpanOrOff = check(
  "a duration like 60 seconds, or off",
  (input) => input === "off" || input === false ? null : millis(input)
)

/** One of a few names; underscores and capitals are as good, and `others` are read as what they stand for. */
export const OneOf = <const Name extends string>(
  names: ReadonlyArray<Name>,
  others: Readonly<Record<string, Name>> = {}
) =>
  check(`one of ${names.join(", ")}`, (input): Name | undefined => {
    if (typeof input !== "string") return undefined
    const written = input.trim().toLowerCase().replaceAll("_", "-")
    return names.find((name) => name === written) ?? (Object.hasOwn(others, written) ? others[written] : undefined)
  })

export const Url = field((input) =>
  typeof input === "string" ? normalise(input.trim()) : Result.fail("an http:// or https:// URL")
)

/** Anything else cannot travel in an `authorization` header; a newline at the end of a mounted file is the usual cause. */
export const Secret = check(
  "visible ASCII characters without spaces or line ends",
  (input) => typeof input === "string" && /^[\x21-\x7e]+$/.test(input) ? Redacted.make(input) : undefined
)

/** An engine's token; an empty one means that the engine asks for none. */
export const Token = check(
  "visible ASCII characters without spaces or line ends",
  (input) => typeof input === "string" && /^[\x21-\x7e]*$/.test(input) ? Redacted.make(input) : undefined
)

/** Of a proxy, or of many. */
export const Network = check(
  "an address or a network like 10.0.0.0/8",
  (input) => typeof input === "string" && networkOf(input.trim()) !== undefined ? input.trim() : undefined
)

/** A name that may be fetched although it leads to a private address, with that address. */
export const FetchHost = check("a host with its address like media.test=127.0.0.1:9000", (input) => {
  const hosts = typeof input === "string" ? FetchHosts.parse(input) : undefined
  return hosts?.size === 1 ? [...hosts][0] : undefined
})

const instant = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)([Zz]|[+-]\d{2}:\d{2}))?$/

/** Epoch milliseconds; a bare day is its first instant in UTC. */
export const Instant = check(
  "a day like 2027-06-30, or an instant with its zone like 2027-06-30T00:00:00Z",
  (input) => {
    const parts = typeof input === "string" ? instant.exec(input.trim()) : null
    if (parts === null) return undefined
    const [, day, time = "00:00", zone = "Z"] = parts
    const at = Date.parse(`${day}T${time}${zone.toUpperCase()}`)
    // The engine rolls 30 February over into March instead of refusing it.
    const midnight = Date.parse(`${day}T00:00Z`)
    const isDay = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day!)
    return isDay && !Number.isNaN(at) ? at : undefined
  }
)
