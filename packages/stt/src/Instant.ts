/** Instants as the database takes them and as the wire shows them. */
import { Clock, Effect } from "effect"

export const now: Effect.Effect<Date> = Effect.map(Clock.currentTimeMillis, (millis) => new Date(millis))

/** RFC 3339 to the second with a numeric offset: Python before 3.11 reads no `Z`. */
export const wire = (date: Date | null): string | null =>
  date === null ? null : `${date.toISOString().slice(0, 19)}+00:00`

export const minutesBefore = (date: Date, minutes: number): Date => new Date(date.getTime() - minutes * 60_000)

export const secondsAfter = (date: Date, seconds: number): Date => new Date(date.getTime() + seconds * 1000)
