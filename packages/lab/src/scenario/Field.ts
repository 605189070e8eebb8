/** Scalars of a scenario file: what each accepts, and how it is described when something else is found. */
import { Duration, Effect, Option, Schema, SchemaGetter, SchemaIssue } from "effect"
import * as Lengths from "./Length.ts"

const check = <A>(expected: string, read: (input: unknown) => A | undefined) =>
  Schema.Unknown.pipe(Schema.decodeTo(Schema.declare((value): value is A => value !== undefined), {
    decode: SchemaGetter.transformEffect((input: unknown) => {
      const value = read(input)
      return value === undefined ? Effect.fail(new SchemaIssue.InvalidValue({ expected })) : Effect.succeed(value)
    }),
    encode: SchemaGetter.forbidden<unknown, A>(() => "a scenario is only read")
  }))

export const Text = check("text", (input) => typeof input === "string" && input.trim() !== "" ? input : undefined)

export const Flag = check("true or false", (input) => typeof input === "boolean" ? input : undefined)

export const IntBetween = (least: number, most: number) =>
  check(
    `a whole number from ${least} to ${most}`,
    (input) =>
      typeof input === "number" && Number.isInteger(input) && input >= least && input <= most ? input : undefined
  )

export const Positive = check(
  "a number above 0",
  (input) => typeof input === "number" && Number.isFinite(input) && input > 0 ? input : undefined
)

export const NotNegative = check(
  "a number of at least 0",
  (input) => typeof input === "number" && Number.isFinite(input) && input >= 0 ? input : undefined
)

const millis = (input: unknown): number | undefined => {
  if (typeof input !== "string") return undefined
  const duration = Option.getOrUndefined(Duration.fromInput(input.trim() as Duration.Input))
  const value = duration === undefined ? Number.NaN : Duration.toMillis(duration)
  return Number.isFinite(value) && value >= 0 ? value : undefined
}

/** Milliseconds; zero is a duration too. */
export const Span = check("a duration like 500 millis, 90 seconds or 2 hours", millis)

export const LongSpan = check("a duration above 0 like 90 seconds or 2 hours", (input) => {
  const value = millis(input)
  return value === 0 ? undefined : value
})

/** `null` stands for `off`. */
export const SpanOrOff = check(
  "a duration like 60 seconds, or off",
  (input) => input === "off" || input === false ? null : millis(input)
)

export const OneOf = <const Name extends string>(names: ReadonlyArray<Name>) =>
  check(`one of ${names.join(", ")}`, (input) => names.find((name) => name === input))

export const Tokens = check(Lengths.expected, Lengths.read)

/** Minutes since midnight. */
export const TimeOfDay = check("a time of day like \"08:30\", in quotes", (input) => {
  const parts = typeof input === "string" ? /^([01]\d|2[0-3]):([0-5]\d)$/.exec(input) : null
  return parts === null ? undefined : Number(parts[1]) * 60 + Number(parts[2])
})
