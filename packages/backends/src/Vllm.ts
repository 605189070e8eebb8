/** vLLM: its metrics, its priorities (lower is sooner), and the errors that say something other than their status. */
import type { Backend } from "@aiguilleur/core/Backend"
import { Outcome } from "@aiguilleur/core/Outcome"
import { Effect } from "effect"
import { classifyWith } from "./Classification.ts"
import type { Driver } from "./Driver.ts"
import type { Endpoint } from "./Endpoint.ts"
import { endpointOf, having } from "./Endpoint.ts"
import * as EngineClient from "./EngineClient.ts"
import * as Job from "./Job.ts"
import * as Probe from "./Probe.ts"
import * as Rewriting from "./Rewriting.ts"
import * as Scrape from "./Scrape.ts"
import { read } from "./VllmMetrics.ts"

export const title = "vLLM"

export const healthPath = "/health"

/** Which of those that depend a server has follows from the task of its model. */
export const endpoints = having(
  ["chat", "completions", "responses", "messages", "countTokens", "tokenize", "detokenize"],
  ["embeddings", "rerank", "score", "pooling", "classify", "transcriptions", "translations"]
)

const paths = { tokenize: "/tokenize", detokenize: "/detokenize", pooling: "/pooling", classify: "/classify" }

const notForPriorities = /^Got priority -?\d+ but Priority scheduling is not enabled/

// v1's and v0's words for an engine that died under a request; some versions send them as a 400.
const dead =
  /^(?:EngineCore encountered an issue|EngineDeadError|Background loop (?:has errored|is stopped)|Task finished unexpectedly)/

/**
 * A dead engine is `suspect`, not `down`: the prompt may be what killed it, and `down` would carry it from engine to
 * engine without counting. Its `/health` answers 503 from then on, which ejects it. A priority that the engine was not
 * started for is our `priorityScheduling`. Overflow of its own queue (503) is `busy` by the common table.
 */
export const classify: Backend["classify"] = classifyWith((status, { message }) => {
  if (status === 400 && notForPriorities.test(message)) return Outcome.Misconfigured({ scope: "server" })
  return (status === 400 || status === 500) && dead.test(message) ? Outcome.Suspect() : undefined
})

/** Those whose requests have the member: Anthropic's messages and the forms of audio do not, whatever is scheduled. */
const prioritised: ReadonlySet<Endpoint | undefined> = new Set(
  [
    "chat",
    "completions",
    "responses",
    "embeddings",
    "rerank",
    "score",
    "pooling",
    "classify"
  ] as const
)

/** Not negative, and 0 for the most urgent: requests that reach the engine beside us have 0 as well. */
export const rewrite: Backend["rewrite"] = (server, model, outgoing) => {
  const told = server.priorityScheduling && prioritised.has(endpointOf(outgoing.path))
  return Rewriting.rewrite(server, model, outgoing, {
    priority: told ? Math.max(0, outgoing.bestPriority - outgoing.priority) : undefined,
    paths
  })
}

export const make: Driver = (settings) =>
  Effect.map(EngineClient.make, (client): Backend => ({
    kind: "vllm",
    rewrite,
    classify,
    health: Probe.health(client, healthPath),
    load: Scrape.load(client, settings, read),
    call: Job.call({ classify, rewrite }, client, settings)
  }))
