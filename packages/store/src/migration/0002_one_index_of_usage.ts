/** Every reader of usage asks for a span of time, which one index finds; two more cost each row a quarter of its writing. */

export const name = "one index of usage"

export const statements: ReadonlyArray<string> = [
  `DROP INDEX usage_organisation`,
  `DROP INDEX usage_model`
]
