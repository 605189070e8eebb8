/** Scenario files: those that are shipped, and what is said of mistakes. */
import * as ScenarioFile from "@aiguilleur/lab/scenario/ScenarioFile"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { readdirSync, readFileSync } from "node:fs"

const folder = new URL("../../../../fixtures/scenarios/", import.meta.url)

const shipped = readFileSync(new URL("ilaas-50-users.yaml", folder), "utf8")

/** What is said of the shipped experiment after one change to its text. */
const said = (from: string, to: string): string => {
  assert.include(shipped, from)
  return Result.match(ScenarioFile.parse(shipped.replace(from, to)), {
    onFailure: ({ message }) => message,
    onSuccess: () => "nothing"
  })
}

describe("scenario files", () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".yaml"))) {
    it(`reads ${file}`, () => {
      const scenario = Result.getOrThrow(ScenarioFile.parse(readFileSync(new URL(file, folder), "utf8")))
      assert.strictEqual(`${scenario.name}.yaml`, file)
    })
  }

  it("names the path of a mistake, and what was expected there", () => {
    const mistakes: ReadonlyArray<readonly [string, string, string]> = [
      [
        "users: 15",
        "users: fifteen",
        "populations[0].arrivals.users: expected a whole number from 1 to 1000000, found \"fifteen\""
      ],
      ["users: 15,", "", "populations[0].arrivals.users: is missing"],
      [
        "kind: closed, users: 15",
        "kind: close, users: 15",
        "populations[0].arrivals.kind: expected one of closed, poisson, bursts, daily, trace, found \"close\""
      ],
      ["seed: 1", "sead: 1", "seed: is missing"],
      [
        "duration: 5 minutes",
        "duration: 5",
        "duration: expected a duration above 0 like 90 seconds or 2 hours, found 5"
      ],
      ["priority: 5", "priority: 6", "populations[0].priority: expected at most 5 (bestPriority), found 6"],
      [
        "policy: none",
        "policy: nothing",
        "columns[0].policy: expected one of none, concurrent-requests, performance, found \"nothing\""
      ],
      [
        "maxConcurrent: 14",
        "maxConcurrent: 0",
        "servers[0].maxConcurrent: expected a whole number from 1 to 10000, found 0"
      ],
      ["median: 500, p95: 1500", "median: 500, p95: 100", "populations[0].prompt: expected tokens as 256"],
      ["profile: l40s-mistral-small-24b-fp8", "profile: l40s", "servers[0].profile: expected one of test, demo,"],
      ["name: dc2-l40s", "name: dc1-l40s", "servers[1].name: \"dc1-l40s\" is there twice"],
      ["headroom: 2", "headrom: 2", "columns[2].headrom: no such field"],
      ["populations:", "populations: 7\nx:", "populations: expected a list, found 7"],
      ["name: ilaas-50-users", "\tname: [", "not YAML"]
    ]
    for (const [from, to, expected] of mistakes) assert.include(said(from, to), expected)
  })

  it("lets models have pairs of their own, which a column without one leaves as they are", () => {
    const text = shipped.replace("{ name: mistral31-24b,", "{ name: mistral31-24b, strategy: least-busy,")
      .replace(", strategy: round-robin, policy: none", "")
    const { columns, models } = Result.getOrThrow(ScenarioFile.parse(text))
    assert.deepStrictEqual(columns[0], { name: "Round robin, no requeue" })
    assert.deepInclude(models[0], { strategy: "least-busy" })
  })

  it("reports several mistakes at once", () => {
    const text = shipped.replace("users: 15", "users: -1").replace("priority: 0", "priority: low")
    const { message } = Result.getOrThrow(Result.flip(ScenarioFile.parse(text)))
    assert.deepStrictEqual(message.split("\n").map((line) => line.split(":")[0]), [
      "populations[0].arrivals.users",
      "populations[1].priority"
    ])
  })

  it("says what is wrong with what is no scenario at all", () => {
    for (const text of ["", "hello", "- 1", "7"]) {
      assert.include(Result.getOrThrow(Result.flip(ScenarioFile.parse(text))).message, "expected a mapping")
    }
  })
})
