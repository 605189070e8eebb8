/** vLLM: its metrics, its priorities (lower is sooner), and the errors that say something other than their status. */
import type { Backend } from "@aiguilleur/core/Backend"
import { BackendError } from "@aiguilleur/core/Backend"
import type { Load } from "@aiguilleur/core/Load"
import { Outcome } from "@aiguilleur/core/Outcome"
import { Clock, Effect } from "effect"
import { classifyWith } from "./Classification.ts"
import type { Driver } from "./Driver.ts"
import * as EngineClient from "./EngineClient.ts"
import * as HistogramWindow from "./HistogramWindow.ts"
import * as Job from "./Job.ts"
import * as Probe from "./Probe.ts"
import * as Rewriting from "./Rewriting.ts"
import type { VllmReading } from "./VllmMetrics.ts"
import { read, readingOf } from "./VllmMetrics.ts"

const notForPriorities = /^Got priority -?\d+ but Priority scheduling is not enabled/

// v1's and v0's words for an engine that died under a request; some versions send them as a 400.
const dead =
  /^(?:EngineCore encountered an issue|EngineDeadError|Background loop (?:has errored|is stopped)|Task finished unexpectedly)/

/**
 * A dead engine is `suspect`, not `down`: the prompt may be what killed it, and `down` would carry it from engine to
 * engine without counting. Its `/health` answers 503 from then on, which ejects it. A priority that the engine was not
 * started for is our `priorityScheduling`. Overflow of its own queue (503) is `busy` by the common table.
 */
export const classify: Backend["classify"] = classifyWith((status, { message }) => {
  if (status === 400 && notForPriorities.test(message)) return Outcome.Misconfigured({ scope: "server" })
  return (status === 400 || status === 500) && dead.test(message) ? Outcome.Suspect() : undefined
})

/** Not negative, and 0 for the most urgent: requests that reach the engine beside us have 0 as well. */
export const rewrite: Backend["rewrite"] = (server, model, outgoing) =>
  Rewriting.rewrite(
    server,
    model,
    outgoing,
    server.priorityScheduling ? Math.max(0, outgoing.bestPriority - outgoing.priority) : undefined
  )

const problem = (status: number): BackendError["reason"] | undefined => {
  if (status === 200) return undefined
  if (status === 401 || status === 403) return "unauthorised"
  if (status === 404) return "unsupported"
  return status >= 500 ? "unhealthy" : "refused"
}

const toLoad = ({ kvCache, running, waiting }: VllmReading, p95: number | undefined): Load => ({
  ...(running !== undefined && { running }),
  ...(waiting !== undefined && { waiting }),
  ...(kvCache !== undefined && { kvCache }),
  ...(p95 !== undefined && { ttft: p95 * 1000 })
})

export const make: Driver = (settings) =>
  Effect.map(EngineClient.make, (client): Backend => {
    const windows = new Map<string, ReadonlyMap<string, HistogramWindow.HistogramWindow>>()

    const load: Backend["load"] = Effect.fnUntraced(function*(server, models) {
      const { body, status } = yield* client.get(server, "/metrics").pipe(
        Effect.timeoutOrElse({
          duration: Probe.patience,
          orElse: () =>
            Effect.fail(new BackendError({ server: server.url, reason: "unreachable", message: "no metrics in time" }))
        })
      )
      const reason = problem(status)
      if (reason !== undefined) {
        return yield* new BackendError({ server: server.url, reason, message: `${status} from /metrics` })
      }
      const now = yield* Clock.currentTimeMillis
      const page = read(body)
      const loads = new Map<string, Load>()
      const kept = new Map<string, HistogramWindow.HistogramWindow>()
      for (const model of models) {
        const before = windows.get(server.url)?.get(model.name) ?? HistogramWindow.make(settings.ttftWindow)
        const reading = readingOf(page, model.engineName)
        // A page with figures but without the histogram has no first token yet; a page without figures says nothing.
        const window = reading === undefined
          ? before
          : HistogramWindow.push(before, now, reading.ttft ?? HistogramWindow.nothing)
        kept.set(model.name, window)
        if (reading !== undefined) loads.set(model.name, toLoad(reading, HistogramWindow.quantile(window, now)))
      }
      windows.set(server.url, kept)
      return loads
    })

    return {
      kind: "vllm",
      rewrite,
      classify,
      health: Probe.health(client, "/health"),
      load,
      call: Job.call({ classify, rewrite }, client, settings)
    }
  })
