/**
 * The simulated servers of a scenario, speaking HTTP in real time, and the gateway before them: started by `validate.ts`
 * as a process of its own. Prints where the gateway listens, and which server is which.
 */
import type { Server } from "@aiguilleur/core/Server"
import * as ConfigLoader from "@aiguilleur/http/config/ConfigLoader"
import { labelOf } from "@aiguilleur/http/ForwardedHead"
import { Listener } from "@aiguilleur/http/Listener"
import * as Program from "@aiguilleur/http/Program"
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import type { Column, Scenario } from "@aiguilleur/lab/scenario/Scenario"
import * as ScenarioFile from "@aiguilleur/lab/scenario/ScenarioFile"
import { Agenda } from "@aiguilleur/lab/time/Agenda"
import * as Fleet from "@aiguilleur/lab/world/Fleet"
import * as World from "@aiguilleur/lab/world/World"
import { Context, Effect, Layer, Result } from "effect"
import { readFileSync } from "node:fs"
import type { AddressInfo } from "node:net"

export interface Ready {
  readonly url: string
  readonly servers: ReadonlyArray<{ readonly label: string; readonly name: string; readonly maxConcurrent: number }>
}

export const secretOf = (population: string): string => `secret-of-${population}`

/** What the gateway's configuration file would say. */
const fileOf = (
  scenario: Scenario,
  column: Column,
  fleet: Fleet.Fleet,
  urlOf: (simulated: string) => string
): string => {
  const settings = World.settingsOf(scenario, column)
  return JSON.stringify({
    http: { port: 0 },
    queue: {
      bestPriority: settings.bestPriority,
      ageing: settings.ageing === undefined ? "off" : `${settings.ageing} millis`
    },
    models: fleet.changes.flatMap((change) => {
      if (change._tag !== "ModelChanged") return []
      const { name, patience, policy, servers, strategy, ttftThreshold } = change.model
      return [{
        name,
        strategy,
        policy,
        ttftThreshold: `${ttftThreshold} millis`,
        patience: `${patience} millis`,
        servers: servers.map((url) => {
          const { server: { headroom, maxConcurrent, organisation, ownerReserve } } = fleet.hosts.get(url)!
          // The site's name is what the gateway tells of a server.
          const site = Fleet.nameOf(url)
          return { url: urlOf(url), kind: "vllm", organisation, site, maxConcurrent, headroom, ownerReserve }
        })
      }]
    }),
    keys: scenario.populations.map(({ name, organisation, priority, routingMode = "any", threshold }) => ({
      name,
      organisation,
      priority,
      routingMode,
      threshold: threshold ?? null,
      secret: secretOf(name)
    }))
  })
}

const run = Effect.fnUntraced(function*(scenario: Scenario, column: Column) {
  const fleet = Fleet.make(scenario, column, new Agenda())
  const models = scenario.models.map(({ name }) => name)
  const urls = new Map<string, string>()
  for (const [url, { profile }] of fleet.hosts) urls.set(url, (yield* SimulatedServer.start({ profile, models })).url)
  const text = fileOf(scenario, column, fleet, (url) => urls.get(url)!)
  const config = yield* ConfigLoader.parse("the scenario's configuration", text, { environment: {} })
  const context = yield* Layer.build(Program.layer(config))
  const { port } = Context.get(context, Listener).server.address() as AddressInfo
  const described = (server: Server) => ({
    label: labelOf(server),
    name: server.site,
    maxConcurrent: server.maxConcurrent
  })
  const ready: Ready = { url: `http://127.0.0.1:${port}`, servers: config.servers.map(described) }
  console.log(JSON.stringify(ready))
  return yield* Effect.never
})

if (import.meta.main) {
  const [text = "", column = "0"] = process.argv.slice(2)
  const scenario = Result.getOrThrow(ScenarioFile.parse(readFileSync(text, "utf8")))
  Effect.runFork(Effect.scoped(run(scenario, scenario.columns[Number(column)]!)))
}
