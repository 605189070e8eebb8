/** What every runtime runs: the dispatcher on its own, then a small study, and a number that sums both up. */
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import { Outcome } from "@aiguilleur/core/Outcome"
import * as Study from "@aiguilleur/lab/report/Study"
import * as ScenarioFile from "@aiguilleur/lab/scenario/ScenarioFile"
import { Effect, Result } from "effect"

const text = `
name: smoke
seed: 4
duration: 2 minutes
models:
  - { name: m, ttftThreshold: 1 seconds }
servers:
  - name: a
    count: 2
    profile: l40s-mistral-small-24b-fp8
    organisation: univ-a
    maxConcurrent: 6
    headroom: 1
    faults:
      - { kind: down, at: 30 seconds, for: 20 seconds }
populations:
  - name: people
    organisation: univ-a
    priority: 5
    arrivals: { kind: closed, users: 6, think: 2 seconds }
    prompt: { median: 200, p95: 600, most: 1000 }
    output: { from: 20, to: 80 }
    sharedPrefix: 64
  - name: batch
    organisation: univ-b
    priority: 0
    arrivals: { kind: poisson, perSecond: 1 }
    prompt: 300
    output: 100
columns:
  - { name: one, strategy: round-robin, policy: concurrent-requests }
  - { name: two, strategy: least-busy, policy: performance }
`

const dispatched = Effect.gen(function*() {
  const dispatcher = yield* Dispatcher
  yield* dispatcher.change(
    {
      _tag: "ServerChanged",
      server: {
        url: "http://a",
        kind: "vllm",
        organisation: "univ-a",
        site: "dc1",
        maxConcurrent: 1,
        headroom: 0,
        ownerReserve: 0,
        priorityScheduling: false
      }
    },
    {
      _tag: "ModelChanged",
      model: {
        name: "m",
        engineName: "m",
        aliases: [],
        strategy: "least-busy",
        policy: "concurrent-requests",
        ttftThreshold: 500,
        patience: 10_000,
        servers: ["http://a"]
      }
    }
  )
  const caller = { key: "k", organisation: "univ-a", priority: 5, routingMode: "any" as const }
  return yield* Effect.forEach(
    ["1", "2", "3"],
    (id) =>
      dispatcher.run(
        { id, model: "m", caller },
        (lease) => Effect.as(Effect.yieldNow, { outcome: Outcome.Served(), value: lease.server.url })
      ),
    { concurrency: "unbounded" }
  )
}).pipe(Effect.provide(Dispatcher.layer()))

/** FNV-1a: the same report gives the same number everywhere. */
const digest = (report: string): string => {
  let hash = 0x811C9DC5
  for (let at = 0; at < report.length; at++) hash = Math.imul(hash ^ report.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(16)
}

export const smoke = async (): Promise<string> => {
  const urls = await Effect.runPromise(dispatched)
  const scenario = Result.getOrThrow(ScenarioFile.parse(text))
  const report = await Effect.runPromise(Study.run(Study.cases(scenario)))
  return `${urls.length} dispatched, ${report.columns.map(({ all }) => all.requests).join(" and ")} simulated, report ${
    digest(JSON.stringify(report))
  }`
}
