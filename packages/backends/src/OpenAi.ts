/** Any server that speaks OpenAI's API and no more: it tells nothing of its load. */
import type { Backend } from "@aiguilleur/core/Backend"
import type { Load } from "@aiguilleur/core/Load"
import { Outcome } from "@aiguilleur/core/Outcome"
import { Effect } from "effect"
import { classifyWith } from "./Classification.ts"
import type { Driver } from "./Driver.ts"
import { all, having } from "./Endpoint.ts"
import * as EngineClient from "./EngineClient.ts"
import * as Job from "./Job.ts"
import * as Probe from "./Probe.ts"
import * as Rewriting from "./Rewriting.ts"

export const title = "OpenAI-compatible"

export const healthPath = "/v1/models"

/** SGLang, TGI, llama.cpp, a provider: who it is we are not told, so nothing under `/v1` is ruled out. */
export const endpoints = having(["chat"], all.filter((endpoint) => !endpoint.startsWith("ollama")))

// A provider's account without credit answers 429 for ever: no waiting cures it, and somebody should be told.
export const classify: Backend["classify"] = classifyWith((status, { code, type }) =>
  status === 429 && (code === "insufficient_quota" || type === "insufficient_quota")
    ? Outcome.Misconfigured({ scope: "server" })
    : undefined
)

/** OpenAI refuses members that it does not know, so `priority` stays here. */
export const rewrite: Backend["rewrite"] = (server, model, outgoing) => Rewriting.rewrite(server, model, outgoing)

const nothing = Effect.succeed<ReadonlyMap<string, Load>>(new Map())

export const make: Driver = (settings) =>
  Effect.map(EngineClient.make, (client): Backend => ({
    kind: "openai",
    rewrite,
    classify,
    health: Probe.health(client, healthPath),
    load: () => nothing,
    call: Job.call({ classify, rewrite }, client, settings)
  }))
