/** Ollama: it tells what it has loaded and nothing of its load, and says by their words which of its errors are ours. */
import type { Backend } from "@aiguilleur/core/Backend"
import { BackendError } from "@aiguilleur/core/Backend"
import type { Load } from "@aiguilleur/core/Load"
import { Outcome } from "@aiguilleur/core/Outcome"
import { Effect } from "effect"
import { classifyWith } from "./Classification.ts"
import type { Driver } from "./Driver.ts"
import { having } from "./Endpoint.ts"
import * as EngineClient from "./EngineClient.ts"
import * as Job from "./Job.ts"
import * as LoadedModels from "./LoadedModels.ts"
import * as Probe from "./Probe.ts"
import * as Rewriting from "./Rewriting.ts"
import * as Scrape from "./Scrape.ts"

export const title = "Ollama"

/** Answers while models load and while every slot is taken. */
export const healthPath = "/api/version"

export const endpoints = having(
  ["chat", "completions", "responses", "messages", "ollamaChat", "ollamaGenerate", "ollamaShow"],
  ["embeddings", "ollamaEmbed", "transcriptions"]
)

/** It was pulled and cannot be loaded: memory is what the next request would want for as well. */
const tooLarge = /^model requires more system memory/

/**
 * A model that was not pulled is known by the common table. What Ollama calls 499 is a request that it gave up while
 * we still listened, since nobody reads the answer after our own abort. `server busy` (503) is `busy` by the table; it
 * is said only of models that must be loaded first, and a loaded one keeps requests waiting without a bound.
 */
export const classify: Backend["classify"] = classifyWith((status, { message }) => {
  if (status === 499) return Outcome.Suspect()
  return status === 500 && tooLarge.test(message) ? Outcome.Misconfigured({ scope: "model" }) : undefined
})

/** How long a model stays in memory concerns all who use it: no caller may send it away. */
const withheld = ["keep_alive"]

/** It knows no priorities. */
export const rewrite: Backend["rewrite"] = (server, model, outgoing) =>
  Rewriting.rewrite(server, model, outgoing, { withheld })

export const make: Driver = (settings) =>
  Effect.map(EngineClient.make, (client): Backend => ({
    kind: "ollama",
    rewrite,
    classify,
    health: Probe.health(client, healthPath),
    load: Effect.fnUntraced(function*(server, models) {
      const loaded = LoadedModels.read(yield* Scrape.page(client, server, "/api/ps"))
      if (loaded === undefined) {
        return yield* new BackendError({ server: server.url, reason: "malformed", message: "no models on /api/ps" })
      }
      return new Map(models.map(({ engineName, name }): [string, Load] => [
        name,
        { loaded: loaded.has(LoadedModels.canonical(engineName)) }
      ]))
    }),
    call: Job.call({ classify, rewrite }, client, settings)
  }))
