/** Why the predecessor's users cannot be read, in one sentence without a password. */
import { Effect, Schema } from "effect"

export class PredecessorError extends Schema.TaggedError<PredecessorError>()("PredecessorError", {
  message: Schema.String
}) {}

export const failed = (message: string): Effect.Effect<never, PredecessorError> =>
  Effect.fail(new PredecessorError({ message }))
