/** A configuration's fleet as a scenario for the laboratory: what is known of it, and in its comments what is guessed. */
import type { Model } from "@aiguilleur/core/Model"
import type { Server } from "@aiguilleur/core/Server"
import { Document } from "yaml"
import type { Config, ConfiguredKey } from "./Config.ts"

const span = (millis: number): string => millis % 1000 === 0 ? `${millis / 1000} seconds` : `${millis} millis`

/** `10.0.0.1:8000`: what an operator would call it, and `--kill` takes. */
const nameOf = ({ url }: Server): string => new URL(url).host

/** Speech is not counted in tokens, and the laboratory has no engine for it. */
const speaks = ({ kind }: Server): boolean => kind !== "whisper"

const serverOf = (server: Server, models: ReadonlyArray<Model>, profile: string) => ({
  name: nameOf(server),
  profile,
  organisation: server.organisation,
  site: server.site,
  models: models.filter(({ servers }) => servers.includes(server.url)).map(({ name }) => name),
  maxConcurrent: server.maxConcurrent,
  headroom: server.headroom,
  ownerReserve: server.ownerReserve,
  priorityScheduling: server.priorityScheduling
})

const modelOf = ({ name, patience, policy, strategy, ttftThreshold }: Model) => ({
  name,
  strategy,
  policy,
  ttftThreshold: span(ttftThreshold),
  patience: span(patience)
})

const populationOf = ({ caller, name }: ConfiguredKey, models: ReadonlyArray<Model>) => {
  const { models: allowed, organisation, priority, routingMode, threshold } = caller
  return {
    name,
    organisation,
    priority,
    routingMode,
    ...(threshold === undefined ? {} : { threshold }),
    model: models.find((model) => allowed?.includes(model.name) ?? true)?.name ?? models[0]!.name,
    arrivals: { kind: "poisson", perSecond: 0.2 },
    prompt: { median: 400, p95: 1500, most: 4000 },
    output: { median: 200, p95: 600, most: 1500 }
  }
}

const someone = (organisation: string): ConfiguredKey => ({
  name: "people",
  secretHash: "",
  prefix: "",
  waitEvents: false,
  caller: { key: "people", organisation, priority: 1, routingMode: "any" }
})

/** Undefined of a fleet that has nothing to play. */
export const scenario = (name: string, config: Config, profile: string): string | undefined => {
  const servers = config.servers.filter(speaks)
  const urls = new Set(servers.map(({ url }) => url))
  const models = config.models.filter((model) => model.servers.some((url) => urls.has(url)))
  if (models.length === 0) return undefined
  const keys = config.keys.length > 0 ? config.keys : [someone(servers[0]!.organisation)]
  const document = new Document({
    name,
    description: `The fleet of ${name}.`,
    seed: 1,
    duration: "30 minutes",
    bestPriority: config.settings.bestPriority,
    ageing: config.settings.ageing === undefined ? "off" : span(config.settings.ageing),
    organisations: config.organisations,
    models: models.map(modelOf),
    servers: servers.filter(({ url }) => models.some((model) => model.servers.includes(url)))
      .map((server) => serverOf(server, models, profile)),
    populations: keys.map((key) => populationOf(key, models)),
    columns: [{ name: "As configured" }]
  })
  document.commentBefore = " Written by `aiguilleur scenario`. What is guessed, correct by hand:\n"
    + " - profile: which GPU runs which model (docs/profiles.md); it decides how fast everything is\n"
    + " - populations: one for each key, with traffic made up; a trace (--format trace) replaces them"
  return document.toString({ lineWidth: 0 })
}
