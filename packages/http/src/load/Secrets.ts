/** Which key each population of a load sends: one for all, or one for a population, its key's name or its organisation. */
import type { Population } from "@aiguilleur/lab/scenario/Scenario"
import { Result } from "effect"

export interface Secrets {
  readonly of: (population: Population) => string | undefined
}

/** `SECRET`, or `NAME=SECRET`; a name that no population has is a mistake. */
export const read = (
  given: ReadonlyArray<string>,
  populations: ReadonlyArray<Population>
): Result.Result<Secrets, string> => {
  const byName = new Map<string, string>()
  let common: string | undefined
  for (const text of given) {
    const at = text.indexOf("=")
    if (at < 0) common = text
    else byName.set(text.slice(0, at), text.slice(at + 1))
  }
  const names = populations.flatMap(({ key, name, organisation }) => [name, key ?? name, organisation])
  for (const name of byName.keys()) {
    if (names.includes(name)) continue
    // What stands before the sign may be part of a secret, and is not repeated.
    return Result.fail(`expected SECRET, or NAME=SECRET with one of the names ${[...new Set(names)].join(", ")}`)
  }
  return Result.succeed({
    of: ({ key, name, organisation }) =>
      byName.get(name) ?? byName.get(key ?? name) ?? byName.get(organisation) ?? common
  })
}
