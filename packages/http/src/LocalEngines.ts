/** Engines that answer on their usual ports of this machine, for the demo. */
import type { ServerKind } from "@aiguilleur/core/Server"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Effect, Option, Schema } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"

export interface LocalEngine {
  readonly name: string
  readonly kind: ServerKind
  readonly url: string
  readonly models: ReadonlyArray<string>
}

export interface Usual extends Omit<LocalEngine, "models"> {
  /** A path where it alone tells its version. */
  readonly proof: string
}

const usual: ReadonlyArray<Usual> = [
  { name: "Ollama", kind: "ollama", url: "http://127.0.0.1:11434", proof: "/api/version" },
  { name: "vLLM", kind: "vllm", url: "http://127.0.0.1:8000", proof: "/version" }
]

/** Where nothing listens the system says so at once; this is for what listens and does not answer. */
const patience = "1 second"

const ModelList = Schema.Struct({ data: Schema.NullOr(Schema.Array(Schema.Struct({ id: Schema.NonEmptyString }))) })
const Version = Schema.Struct({ version: Schema.String })

const ask = Effect.fnUntraced(function*({ kind, name, proof, url }: Usual) {
  const get = <A>(path: string, schema: Schema.Codec<A, unknown>) =>
    Effect.flatMap(HttpClient.get(url + path), HttpClientResponse.schemaBodyJson(schema))
  // Port 8000 is many a program's favourite: it has to say that it is an engine.
  const [{ data }] = yield* Effect.all([get("/v1/models", ModelList), get(proof, Version)], { concurrency: 2 })
  return { name, kind, url, models: (data ?? []).map(({ id }) => id) } satisfies LocalEngine
})

/** Never fails; takes a second at most. */
export const findAmong = (places: ReadonlyArray<Usual>): Effect.Effect<ReadonlyArray<LocalEngine>> =>
  Effect.forEach(places, (place) => Effect.option(Effect.timeout(ask(place), patience)), {
    concurrency: "unbounded"
  }).pipe(
    Effect.map((found) => found.flatMap(Option.toArray)),
    Effect.provide(NodeHttpClient.layerUndici)
  )

export const find = findAmong(usual)
