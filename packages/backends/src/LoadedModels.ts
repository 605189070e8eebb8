/** Ollama's `/api/ps`: the models that it holds in memory, by the one spelling that its names have in common. */
import { Option, Schema } from "effect"

const Page = Schema.Struct({
  models: Schema.NullOr(Schema.Array(Schema.Struct({ name: Schema.String })))
})

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Page))

/** `mistral` is `mistral:latest`; a port in the name of a registry is no tag. */
export const canonical = (name: string): string => {
  const last = name.slice(name.lastIndexOf("/") + 1)
  return (last.includes(":") ? name : `${name}:latest`).toLowerCase()
}

/** `undefined` when this is no such page. */
export const read = (body: string): ReadonlySet<string> | undefined =>
  Option.match(decode(body), {
    onNone: () => undefined,
    // Go writes a list that it never began as null.
    onSome: ({ models }) => new Set((models ?? []).map(({ name }) => canonical(name)))
  })
