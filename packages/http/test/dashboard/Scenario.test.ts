/** The present fleet and load as a scenario: what the laboratory reads, and can play. */
import * as Study from "@aiguilleur/lab/report/Study"
import * as ScenarioFile from "@aiguilleur/lab/scenario/ScenarioFile"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import * as Rig from "../Rig.ts"

const read = (rig: Rig.Rig, query = "", key: string = Rig.viewer) =>
  Effect.promise(async () => {
    const headers = { authorization: `Bearer ${key}` }
    const response = await fetch(`${rig.url}/dashboard/api/scenario${query}`, { headers })
    return { status: response.status, body: await response.json() as { readonly text: string } }
  })

describe("the present as a scenario", () => {
  it.live("has the fleet as it is and who asked how often, and the laboratory plays it", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({
        servers: [{ organisation: "univ-a" }, { organisation: "univ-b", site: "dc2" }, {}],
        server: { maxConcurrent: 3, ownerReserve: 1 }
      })
      for (let times = 0; times < 4; times++) yield* Rig.post(rig, Rig.chat({ max_tokens: 7 }))
      yield* Rig.post(rig, Rig.chat({ max_tokens: 7 }), { key: Rig.urgent })
      yield* rig.dispatcher.change({ _tag: "ServerDraining", url: rig.servers[1]!.url, draining: true })
      yield* rig.dispatcher.change({ _tag: "ServerEjected", url: rig.servers[2]!.url })
      const { body } = yield* read(rig)
      assert.match(body.text, /^# Written by the dashboard/)
      const scenario = Result.getOrThrow(ScenarioFile.parse(body.text))
      assert.deepStrictEqual(
        scenario.servers.map(({ faults = [], maxConcurrent, organisation, ownerReserve }) => ({
          organisation,
          maxConcurrent,
          ownerReserve,
          faults: faults.map(({ kind }) => kind)
        })),
        [
          { organisation: "univ-a", maxConcurrent: 3, ownerReserve: 1, faults: [] },
          { organisation: "univ-b", maxConcurrent: 3, ownerReserve: 1, faults: ["draining"] },
          { organisation: "univ-a", maxConcurrent: 3, ownerReserve: 1, faults: ["down"] }
        ]
      )
      assert.deepStrictEqual(scenario.models.map(({ name, policy, strategy }) => [name, strategy, policy]), [
        ["test-model", "round-robin", "concurrent-requests"]
      ])
      assert.deepStrictEqual(scenario.populations.map(({ priority }) => priority), [3, 5])
      const rates = scenario.populations.map(({ arrivals }) => arrivals.kind === "poisson" ? arrivals.perSecond! : 0)
      assert.approximately(rates[0]! / rates[1]!, 4, 0.05)
      const report = yield* Study.run(Study.cases({ ...scenario, duration: 20_000 }))
      assert.strictEqual(report.columns.length, 3)
      assert.isAbove(report.columns[0]!.all.requests, 0)
    }).pipe(Effect.scoped), { timeout: 20_000 })

  it.live("takes every engine for the one that is asked for, and says which there are", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      assert.strictEqual((yield* read(rig)).status, 409)
      yield* Rig.post(rig, Rig.chat())
      assert.include((yield* read(rig, "?profile=h100-llama-3.1-8b-bf16")).body.text, "profile: h100-llama-3.1-8b-bf16")
      assert.strictEqual((yield* read(rig, "?profile=steam")).status, 400)
      assert.strictEqual((yield* read(rig, "", Rig.secret)).status, 403)
    }).pipe(Effect.scoped), { timeout: 20_000 })
})
