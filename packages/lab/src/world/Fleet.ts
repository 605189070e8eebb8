/** From a scenario and one of its columns to what the dispatcher is told of the fleet, and to simulated servers. */
import type { Change } from "@aiguilleur/core/Event"
import type { Decider, Model } from "@aiguilleur/core/Model"
import type { Server } from "@aiguilleur/core/Server"
import * as Profiles from "../engine/Profile.ts"
import type { Column, Fault, Scenario, ServerSpec } from "../scenario/Scenario.ts"
import type { Agenda } from "../time/Agenda.ts"
import { Host } from "./Host.ts"

export interface Fleet {
  readonly changes: ReadonlyArray<Change>
  readonly hosts: ReadonlyMap<string, Host>
  readonly faults: ReadonlyArray<Fault & { readonly host: Host }>
}

/** Left out everywhere, it is what a gateway's configuration would make of that. */
const deciderOf = (own: Partial<Decider>, column: Partial<Decider>): Decider => {
  const strategy = column.strategy ?? own.strategy ?? "round-robin"
  const usual = strategy === "least-busy" ? "performance" : "concurrent-requests"
  return { strategy, policy: column.policy ?? own.policy ?? usual }
}

const urlOf = (name: string): string => `simulated://${name}`

export const nameOf = (url: string): string => url.slice("simulated://".length)

const names = ({ count, name }: ServerSpec): ReadonlyArray<string> =>
  count === undefined ? [name] : Array.from({ length: count }, (_, index) => `${name}-${index + 1}`)

export const make = (scenario: Scenario, column: Column, agenda: Agenda): Fleet => {
  const hosts = new Map<string, Host>()
  const faults: Array<Fault & { readonly host: Host }> = []
  const carried = new Map<string, Array<string>>(scenario.models.map(({ name }) => [name, []]))
  for (const spec of scenario.servers) {
    for (const name of names(spec)) {
      const server: Server = {
        url: urlOf(name),
        kind: "vllm",
        organisation: spec.organisation,
        site: spec.site ?? spec.organisation,
        maxConcurrent: column.maxConcurrent ?? spec.maxConcurrent,
        headroom: column.headroom ?? spec.headroom ?? 0,
        ownerReserve: Math.min(
          column.ownerReserve ?? spec.ownerReserve ?? 0,
          column.maxConcurrent ?? spec.maxConcurrent
        ),
        priorityScheduling: spec.priorityScheduling ?? false
      }
      const profile = Profiles.byName(spec.profile)!
      const host = new Host(server, { ...profile, maxNumSeqs: spec.maxNumSeqs ?? profile.maxNumSeqs }, agenda)
      hosts.set(server.url, host)
      for (const model of spec.models ?? carried.keys()) carried.get(model)!.push(server.url)
      for (const fault of spec.faults ?? []) faults.push({ ...fault, host })
    }
  }
  const models = scenario.models.map(({ name, patience, ttftThreshold, ...own }): Model => ({
    name,
    engineName: name,
    aliases: [],
    ...deciderOf(own, column),
    ttftThreshold: column.ttftThreshold ?? ttftThreshold ?? 500,
    patience: column.patience ?? patience ?? 570_000,
    servers: carried.get(name)!
  }))
  return {
    hosts,
    faults,
    changes: [
      ...(scenario.organisations ?? []).map((organisation) => ({ _tag: "OrganisationChanged" as const, organisation })),
      ...Array.from(hosts.values(), ({ server }) => ({ _tag: "ServerChanged" as const, server })),
      ...models.map((model) => ({ _tag: "ModelChanged" as const, model }))
    ]
  }
}
