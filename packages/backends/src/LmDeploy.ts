/** LMDeploy: metrics that want the bearer, a health check that calls a sleeping engine well, and no priorities. */
import type { Backend } from "@aiguilleur/core/Backend"
import { Outcome } from "@aiguilleur/core/Outcome"
import { Effect, Option, Schema } from "effect"
import { classifyWith } from "./Classification.ts"
import type { Driver } from "./Driver.ts"
import { having } from "./Endpoint.ts"
import * as EngineClient from "./EngineClient.ts"
import * as Job from "./Job.ts"
import { read } from "./LmDeployMetrics.ts"
import * as Probe from "./Probe.ts"
import * as Rewriting from "./Rewriting.ts"
import * as Scrape from "./Scrape.ts"

export const title = "LMDeploy"

export const healthPath = "/health"

/** `/v1/embeddings` is there and always answers 400. */
export const endpoints = having(["chat", "completions", "responses", "messages", "countTokens"], ["pooling"])

const paths = { pooling: "/pooling" }

const asleep = /^Engine is sleeping/

/** Beside the words that name it, which the common table knows. */
const unknownModel = /^The requested model does not exist/

/**
 * A sleeping engine will serve nobody until somebody wakes it: `down`, so that its health decides when it is asked
 * again, and not `busy`, which would send it a ticket each time that the hold-off ends. What it calls 499 is a request
 * that it gave up while we still listened.
 */
export const classify: Backend["classify"] = classifyWith((status, { message }) => {
  if (status === 503 && asleep.test(message)) return Outcome.Down()
  if (status === 404 && unknownModel.test(message)) return Outcome.Misconfigured({ scope: "model" })
  return status === 499 ? Outcome.Suspect() : undefined
})

/** It knows no priorities. */
export const rewrite: Backend["rewrite"] = (server, model, outgoing) =>
  Rewriting.rewrite(server, model, outgoing, { paths })

const status = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ status: Schema.String })))

/** Versions before `sleeping` answer an empty body. */
const awake = ({ body }: EngineClient.EngineAnswer): boolean =>
  Option.match(status(body), { onNone: () => true, onSome: ({ status }) => status !== "sleeping" })

export const make: Driver = (settings) =>
  Effect.map(EngineClient.make, (client): Backend => ({
    kind: "lmdeploy",
    rewrite,
    classify,
    health: Probe.health(client, healthPath, awake),
    load: Scrape.load(client, settings, read),
    call: Job.call({ classify, rewrite }, client, settings)
  }))
