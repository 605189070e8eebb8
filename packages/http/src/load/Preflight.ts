/** Asks an endpoint what it serves before it is put under load, so that a wrong key or name is not tried a thousand times. */
import type { Population, Scenario } from "@aiguilleur/lab/scenario/Scenario"
import { Data, Effect, Schema } from "effect"
import type { Target } from "./Load.ts"
import { pathOf } from "./Load.ts"

export class Unfit extends Data.TaggedError("Unfit")<{ readonly message: string }> {}

const Listed = Schema.Struct({ data: Schema.Array(Schema.Struct({ id: Schema.String })) })
const decode = Schema.decodeUnknownOption(Listed)

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error ? cause.message : String(error)
}

const ask = (url: URL, key: string | undefined) =>
  Effect.tryPromise({
    try: async (signal) => {
      const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
      const response = await fetch(new URL(pathOf(url, "models"), url), { headers, signal })
      return { status: response.status, text: await response.text() }
    },
    catch: (error) => new Unfit({ message: `${url.origin} cannot be reached: ${reasonOf(error)}` })
  })

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const checkOne = Effect.fnUntraced(function*({ keyOf, modelOf, url }: Target, population: Population) {
  const { status, text } = yield* ask(url, keyOf(population))
  if (status === 401 || status === 403) {
    const what = keyOf(population) === undefined ? "no key was given: use --key" : "its key was refused"
    return yield* new Unfit({
      message: `${url.origin} answers ${status} to the population ${population.name}; ${what}.`
    })
  }
  // Not every endpoint lists its models.
  const listed = status === 200 ? decode(parsed(text)) : undefined
  if (listed?._tag !== "Some") return
  const names = listed.value.data.map(({ id }) => id)
  if (names.includes(modelOf(population))) return
  return yield* new Unfit({
    message: `${url.origin} has no model ${modelOf(population)} for the population ${population.name}; it lists ${
      names.join(", ") || "none"
    }. Choose one with --model.`
  })
})

export const check = (target: Target, { populations }: Scenario): Effect.Effect<void, Unfit> =>
  Effect.forEach(populations, (population) => checkOne(target, population), { discard: true })
