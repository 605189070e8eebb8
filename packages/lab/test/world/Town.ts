/** Small scenarios for tests: one model, one test engine whose step lasts a millisecond, and what a test changes. */
import type { Scenario } from "@aiguilleur/lab/scenario/Scenario"
import * as ScenarioFile from "@aiguilleur/lab/scenario/ScenarioFile"
import { Result } from "effect"

export const server = (fields: Record<string, unknown> = {}) => ({
  name: "a",
  profile: "test",
  organisation: "univ-a",
  maxConcurrent: 4,
  ...fields
})

export const population = (fields: Record<string, unknown> = {}) => ({
  name: "people",
  organisation: "univ-a",
  priority: 5,
  arrivals: { kind: "closed", users: 1 },
  prompt: 10,
  output: 100,
  ...fields
})

export const column = (fields: Record<string, unknown> = {}) => ({
  name: "one",
  strategy: "round-robin",
  policy: "concurrent-requests",
  ...fields
})

export const town = (fields: Record<string, unknown> = {}): Scenario =>
  Result.getOrThrow(ScenarioFile.decode({
    name: "town",
    seed: 1,
    duration: "10 seconds",
    models: [{ name: "m" }],
    servers: [server()],
    populations: [population()],
    columns: [column()],
    ...fields
  }))
