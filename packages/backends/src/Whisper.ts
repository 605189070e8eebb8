/** Any server that speaks OpenAI's API of transcription and no more, such as speaches or whisper.cpp's. */
import type { Backend } from "@aiguilleur/core/Backend"
import type { Load } from "@aiguilleur/core/Load"
import { Outcome } from "@aiguilleur/core/Outcome"
import { Effect } from "effect"
import { classifyWith } from "./Classification.ts"
import type { Driver } from "./Driver.ts"
import { having } from "./Endpoint.ts"
import * as EngineClient from "./EngineClient.ts"
import * as Job from "./Job.ts"
import * as Probe from "./Probe.ts"
import * as Rewriting from "./Rewriting.ts"

export const title = "Whisper"

/** whisper.cpp's answers 503 while it loads; a server without the path answers 404, which is a sign of life too. */
export const healthPath = "/health"

export const endpoints = having(["transcriptions"], ["translations"])

const notInstalled = /^Model '[^']*' is not installed locally/

/** speaches' word for a model that nobody downloaded; others say what the common table knows. */
export const classify: Backend["classify"] = classifyWith((status, { message }) =>
  status === 404 && notInstalled.test(message) ? Outcome.Misconfigured({ scope: "model" }) : undefined
)

/** Its form has neither priorities nor options of a stream. */
export const rewrite: Backend["rewrite"] = (server, model, outgoing) =>
  Rewriting.rewrite(server, model, outgoing, { usageOnRequest: [] })

const nothing = Effect.succeed<ReadonlyMap<string, Load>>(new Map())

export const make: Driver = (settings) =>
  Effect.map(EngineClient.make, (client): Backend => ({
    kind: "whisper",
    rewrite,
    classify,
    health: Probe.health(client, healthPath),
    load: () => nothing,
    call: Job.call({ classify, rewrite }, client, settings)
  }))
