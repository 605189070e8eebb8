/** `aiguilleur scenario`: a fleet that the laboratory can play, from a configuration whose secrets need not be there. */
import * as Replay from "@aiguilleur/lab/scenario/Replay"
import * as ScenarioFile from "@aiguilleur/lab/scenario/ScenarioFile"
import * as TraceFile from "@aiguilleur/lab/scenario/TraceFile"
import * as World from "@aiguilleur/lab/world/World"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { Console, Effect, FileSystem, Result } from "effect"
import { Command } from "effect/cli"
import { fileURLToPath } from "node:url"
import { make } from "../../src/command/ScenarioCommand.ts"

/** What is printed, or why nothing is. */
const run = Effect.fnUntraced(function*(...args: ReadonlyArray<string>) {
  const out: Array<string> = []
  const console = { ...globalThis.console, log: (line: string) => out.push(line) }
  const said = yield* Command.runWith(make({}), { version: "0" })([...args]).pipe(
    Effect.provideService(Console.Console, console as Console.Console),
    Effect.match({ onFailure: ({ message }) => message, onSuccess: () => undefined })
  )
  return { out: out.join("\n"), said }
})

const example = fileURLToPath(new URL("../../../../fixtures/config/example.yaml", import.meta.url))

layer(NodeServices.layer)("aiguilleur scenario", (it) => {
  it.effect("writes the fleet, its models' own pairs and its keys, and says what is guessed", () =>
    Effect.gen(function*() {
      const { out, said } = yield* run(example, "--profile", "h100-llama-3.1-8b-bf16")
      assert.isUndefined(said)
      assert.include(out, "# - profile: which GPU runs which model")
      const { columns, models, organisations, populations, servers } = Result.getOrThrow(ScenarioFile.parse(out))
      assert.deepStrictEqual(organisations, [{ name: "univ-a", weight: 2 }, { name: "univ-b", weight: 1 }])
      assert.deepStrictEqual(models.map(({ name, policy, strategy }) => [name, strategy, policy]), [
        ["mistral-small", "least-busy", "performance"],
        ["qwen-coder", "round-robin", "concurrent-requests"]
      ])
      assert.deepInclude(servers[0], {
        name: "10.0.0.1:8000",
        profile: "h100-llama-3.1-8b-bf16",
        organisation: "univ-a",
        site: "dc1",
        models: ["mistral-small", "qwen-coder"],
        maxConcurrent: 20,
        headroom: 2,
        ownerReserve: 4,
        priorityScheduling: true
      })
      assert.includeMembers(populations.map(({ name }) => name), ["moodle", "lab-7"])
      assert.deepStrictEqual(columns, [{ name: "As configured" }])
      // no secret, nor what stands for one
      assert.notMatch(out, /not-set|KEY|TOKEN/)
    }))

  it.effect("gives a trace something to be played on, each model by its own pair", () =>
    Effect.gen(function*() {
      const fleet = Result.getOrThrow(ScenarioFile.parse((yield* run(example)).out))
      const rows = Result.getOrThrow(TraceFile.parse([
        "at,organisation,key,model,priority,routing_mode,prompt_tokens,output_tokens",
        "2026-11-23T08:00:00Z,univ-a,moodle,mistral-small,5,any,100,20",
        "2026-11-23T08:00:01Z,univ-b,lab-7,qwen-coder,1,,50,10"
      ].join("\n")))
      const scenario = Replay.scenario("monday", fleet, rows)
      const { lines } = yield* World.run(scenario, scenario.columns[0]!)
      assert.deepStrictEqual(lines.map(({ ending, prompt }) => [ending, prompt]), [["served", 100], ["served", 50]])
    }))

  it.effect("says what is wrong with a configuration, and when there is nothing to play", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const file = yield* fs.makeTempFileScoped({ suffix: ".yaml" })
      yield* fs.writeFileString(file, "models: [{ name: m, strategy: best }]")
      assert.include((yield* run(file)).said!, "models[0].strategy: expected one of round-robin, least-busy")
      yield* fs.writeFileString(
        file,
        "models: [{ name: m, servers: [{ url: \"http://a\", kind: whisper, organisation: o }] }]"
      )
      assert.include((yield* run(file)).said!, "has no model with a server that the laboratory could play")
    }))
})
