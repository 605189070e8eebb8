/** Why a scenario cannot be run: every problem with its place and what was expected there. */
import { Schema } from "effect"

export const Problem = Schema.Struct({
  /** As `populations[0].arrivals.users`; empty for the file as a whole. */
  path: Schema.String,
  message: Schema.String
})
export type Problem = typeof Problem.Type

export class ScenarioError extends Schema.TaggedError<ScenarioError>()("ScenarioError", {
  problems: Schema.Array(Problem)
}) {
  override get message(): string {
    return this.problems.map(({ message, path }) => path === "" ? message : `${path}: ${message}`).join("\n")
  }
}
