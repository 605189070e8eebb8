/** Everything that is wrong with one configuration file, as data, with a rendering for people and one for programs. */
import { Schema } from "effect"

export const Problem = Schema.Struct({
  /** Where, in the spelling of the file: `models[1].servers[0].maxConcurrent`; empty for the file as a whole. */
  path: Schema.String,
  /** A sentence for people; it never contains a secret. */
  message: Schema.String,
  expected: Schema.optionalKey(Schema.String),
  found: Schema.optionalKey(Schema.String),
  /** Counted from 1. */
  line: Schema.optionalKey(Schema.Int),
  column: Schema.optionalKey(Schema.Int)
})
export interface Problem extends Schema.Schema.Type<typeof Problem> {}

export class ConfigError extends Schema.TaggedError<ConfigError>()("ConfigError", {
  /** The file as it was named on the command line. */
  file: Schema.String,
  problems: Schema.Array(Problem)
}) {
  override get message() {
    return render(this.file, this.problems).join("\n")
  }
}

/** One line for each problem, in the form that editors and terminals turn into links. */
export const render = (file: string, problems: ReadonlyArray<Problem>): Array<string> =>
  problems.map(({ column, line, message, path }) => {
    const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`
    return path === "" ? `${place}: ${message}` : `${place}: ${path}: ${message}`
  })

/** The same for programs, as one JSON document. */
export const renderJson = (file: string, problems: ReadonlyArray<Problem>): string =>
  JSON.stringify({ ok: false, file, problems }, null, 2)
