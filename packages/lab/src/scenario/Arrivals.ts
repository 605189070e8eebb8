/** How the requests of a population come: by users who wait for their answer, or on their own. */
import { Schema } from "effect"
import { IntBetween, LongSpan, NotNegative, Positive, Span } from "./Field.ts"

const millions = IntBetween(1, 1_000_000)

/** When it begins and when its last request is sent; the whole duration unless said otherwise. */
const window = { from: Schema.optionalKey(Span), until: Schema.optionalKey(Span) }

/** Each user sends the next request when the last is answered and thought about. */
export const Closed = Schema.Struct({
  kind: Schema.Literal("closed"),
  users: millions,
  /** Mean; exponential. */
  think: Schema.optionalKey(Span),
  /** Over which the users come, and after `until` minus it go, one by one. */
  rampUp: Schema.optionalKey(Span),
  rampDown: Schema.optionalKey(Span),
  ...window
})

/** Requests that know nothing of one another; a list of points makes ramps. */
export const Poisson = Schema.Struct({
  kind: Schema.Literal("poisson"),
  perSecond: Schema.optionalKey(Positive),
  points: Schema.optionalKey(Schema.Array(Schema.Struct({ at: Span, perSecond: NotNegative }))),
  ...window
})

/** A class that begins, a batch that is sent: so many at once, again and again. */
export const Bursts = Schema.Struct({
  kind: Schema.Literal("bursts"),
  size: millions,
  every: LongSpan,
  /** Spread over this long. */
  within: Schema.optionalKey(Span),
  ...window
})

/** A day of 24 hours, whose curve says how busy each is. */
export const Daily = Schema.Struct({
  kind: Schema.Literal("daily"),
  perDay: Positive,
  /** 24 numbers, in any unit; office hours when absent. */
  hours: Schema.optionalKey(Schema.Array(NotNegative)),
  ...window
})

/** What really came: milliseconds since the start, tokens of the prompt, tokens of the answer. */
export const Trace = Schema.Struct({
  kind: Schema.Literal("trace"),
  requests: Schema.Array(Schema.Tuple([NotNegative, millions, IntBetween(0, 1_000_000)]))
})

export const Arrivals = Schema.Union([Closed, Poisson, Bursts, Daily, Trace])
export type Arrivals = typeof Arrivals.Type
export type Closed = typeof Closed.Type
export type Trace = typeof Trace.Type

/** Quiet nights, two working peaks, an evening of homework. */
export const officeHours: ReadonlyArray<number> = "1 1 1 1 1 1 2 4 9 13 14 12 8 12 14 14 12 9 6 5 6 5 3 2".split(" ")
  .map(Number)
