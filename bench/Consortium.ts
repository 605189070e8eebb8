/** A saturated consortium for `bench:core`: 35 organisations, 300 keys, 40 servers, four models, and a waiting room of any size. */
import { apply } from "@aiguilleur/core/Apply"
import type { Caller } from "@aiguilleur/core/Caller"
import type { Model } from "@aiguilleur/core/Model"
import { Registry } from "@aiguilleur/core/Registry"
import { schedule } from "@aiguilleur/core/Schedule"
import type { Server } from "@aiguilleur/core/Server"
import { defaults } from "@aiguilleur/core/Settings"
import type { State } from "@aiguilleur/core/State"
import * as States from "@aiguilleur/core/State"
import { Effect } from "effect"

const organisations = Array.from({ length: 35 }, (_, at) => `organisation-${at}`)
const keys = 300
const servers = 40

const registry = Effect.runSync(Effect.scoped(Effect.provide(Effect.service(Registry), Registry.layer)))

const server = (at: number): Server => ({
  url: `http://server-${at}`,
  kind: "vllm",
  organisation: organisations[at % organisations.length]!,
  site: `site-${at % 4}`,
  maxConcurrent: 8 + 8 * (at % 3),
  headroom: at % 5 === 0 ? 2 : 0,
  ownerReserve: at % 2 === 0 ? 3 : 0,
  priorityScheduling: false
})

const fleet = Array.from({ length: servers }, (_, at) => server(at))

/** The first two models share servers, the last has its own. */
const models: ReadonlyArray<Model> = ([
  ["chat", "least-busy", "performance", 0, 24],
  ["large", "least-busy", "concurrent-requests", 16, 32],
  ["embeddings", "round-robin", "concurrent-requests", 24, 36],
  ["audio", "round-robin", "concurrent-requests", 36, 40]
] as const).map(([name, strategy, policy, from, to]) => ({
  name,
  engineName: name,
  aliases: [],
  strategy,
  policy,
  ttftThreshold: 500,
  patience: 3_600_000,
  servers: Array.from({ length: to - from }, (_, at) => fleet[from + at]!.url)
}))

/** Known beforehand, so that an arrival is timed and not the search for its like. */
const owners = new Map(
  models.map((model) => [
    model,
    new Set(fleet.filter(({ url }) => model.servers.includes(url)).map(({ organisation }) => organisation))
  ])
)

const callers = Array.from({ length: keys }, (_, at): Caller => ({
  key: `key-${at}`,
  organisation: organisations[at % organisations.length]!,
  priority: at % 6,
  // Four in ten are private in some way; one in twenty is limited to two sites.
  routingMode: at % 10 < 3 ? "private-first" : at % 10 < 4 ? "private-only" : "any",
  ...(at % 20 === 7 ? { sites: ["site-0", "site-1"] } : {})
}))

export class Consortium {
  readonly state: State
  now = 1_700_000_000_000
  private arrivals = 0

  constructor(waiting: number) {
    this.state = States.make({ ...defaults, total: 36_000_000 }, registry)
    for (const server of fleet) this.apply({ _tag: "ServerChanged", server })
    for (const model of models) this.apply({ _tag: "ModelChanged", model })
    for (const [at, name] of organisations.entries()) {
      this.apply({ _tag: "OrganisationChanged", organisation: { name, weight: 1 + at % 3 } })
    }
    this.saturate()
    // Over three minutes, so that ageing has set priorities apart.
    const before = this.waiting
    for (let at = before; at < waiting; at++) {
      this.now += at % Math.ceil(waiting / 180_000 + 1) === 0 ? Math.ceil(180_000 / waiting) : 0
      this.arrive()
    }
    this.decide()
  }

  get waiting(): number {
    return this.state.deadlines.size
  }

  apply(event: Parameters<typeof apply>[1]): void {
    apply(this.state, event, this.now)
  }

  arrive(): string {
    const at = this.arrivals++
    const id = `ticket-${at}`
    // Spread over keys and models without a pattern, the same way each time; half of the requests are for the first.
    const mixed = Math.imul(at + 1, 0x9e3779b1) >>> 0
    const model = models[Math.max(0, (mixed >>> 24) % 6 - 2)]!
    const caller = callers[(mixed >>> 8) % callers.length]!
    const owns = owners.get(model)!.has(caller.organisation)
    this.apply({
      _tag: "Arrived",
      ticket: {
        id,
        model: model.name,
        caller,
        // Every fifth request asks for less than its key allows.
        ...(at % 5 === 0 ? { priority: at % 3 } : {}),
        // Nobody insists on servers that it does not have.
        ...(owns || caller.routingMode !== "private-only" ? {} : { routingMode: "any" as const }),
        work: { promptBytes: 200 + (at * 37) % 8_000, ...(at % 3 === 0 ? { maxTokens: 100 + at % 900 } : {}) }
      }
    })
    return id
  }

  /** As the interpreter does, until it holds. */
  decide(): void {
    for (;;) {
      const decision = schedule(this.state, this.now, 0.5)
      if (decision._tag === "Assign") {
        const { candidates, ticket: { ticket: { id } }, url } = decision
        this.apply({ _tag: "Granted", ticket: id, url, candidates })
      } else if (decision._tag === "End") {
        this.apply({ _tag: "Ended", ticket: decision.ticket.ticket.id, reason: decision.reason })
      } else {
        if (this.state.fresh.length > 0) this.apply({ _tag: "Held" })
        if (decision.wakeAt === undefined || decision.wakeAt > this.now) return this.forget()
      }
    }
  }

  forget(): void {
    this.state.notices.length = 0
  }

  /** One of the oldest sixteen. */
  lease(at: number): number {
    return [...this.state.leases.keys().take(16)][at % 16]!
  }

  /** Every server warm and full, with figures below the threshold. */
  private saturate(): void {
    for (let round = 0; round < 60; round++) {
      for (let at = 0; at < 40; at++) this.arrive()
      this.decide()
      for (const lease of this.state.leases.keys()) this.apply({ _tag: "FirstData", lease, ttft: 80 + lease % 40 })
      this.now += 10
    }
    this.decide()
  }
}
