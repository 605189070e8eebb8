/** Why there is no usable model file, in words for whoever waits for a transcript. */
import { Schema } from "effect"

export class ModelError extends Schema.TaggedError<ModelError>()("ModelError", {
  reason: Schema.Literals(["Unknown", "Missing", "Damaged", "Checksum", "NoSpace", "Unreachable"]),
  message: Schema.String
}) {
  /** The network, and nothing else, may be better later. */
  get isPassing(): boolean {
    return this.reason === "Unreachable"
  }
}
