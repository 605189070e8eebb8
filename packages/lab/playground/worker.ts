/** Simulates beside the page, so that the sliders never stick. */
import * as Study from "@aiguilleur/lab/report/Study"
import * as ScenarioFile from "@aiguilleur/lab/scenario/ScenarioFile"
import { Effect, Result } from "effect"

addEventListener("message", ({ data }: MessageEvent<{ readonly ticket: number; readonly scenario: unknown }>) => {
  const { scenario, ticket } = data
  // A text is a scenario file, anything else what the knobs say.
  const decoded = typeof scenario === "string" ? ScenarioFile.parse(scenario) : ScenarioFile.decode(scenario)
  if (Result.isFailure(decoded)) return postMessage({ ticket, problem: decoded.failure.message })
  const began = performance.now()
  void Effect.runPromise(Study.run(Study.cases(decoded.success), undefined, 150)).then((report) =>
    postMessage({ ticket, report, took: performance.now() - began })
  )
})
