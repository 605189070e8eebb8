/** The load of engines that write Prometheus' `/metrics`: their gauges, and their p95 over the window of the samples. */
import type { Backend } from "@aiguilleur/core/Backend"
import { BackendError } from "@aiguilleur/core/Backend"
import type { Load } from "@aiguilleur/core/Load"
import type { Server } from "@aiguilleur/core/Server"
import { Clock, Effect } from "effect"
import type { DriverSettings } from "./Driver.ts"
import type { EngineClient } from "./EngineClient.ts"
import type { EngineReading, Page } from "./EngineReading.ts"
import { readingOf } from "./EngineReading.ts"
import * as HistogramWindow from "./HistogramWindow.ts"
import * as Probe from "./Probe.ts"

const problem = (status: number): BackendError["reason"] | undefined => {
  if (status === 200) return undefined
  if (status === 401 || status === 403) return "unauthorised"
  if (status === 404) return "unsupported"
  return status >= 500 ? "unhealthy" : "refused"
}

/** The body of a page that says what it should, within two seconds. */
export const page = Effect.fnUntraced(function*(client: EngineClient, server: Server, path: string) {
  const { body, status } = yield* client.get(server, path).pipe(
    Effect.timeoutOrElse({
      duration: Probe.patience,
      orElse: () =>
        Effect.fail(new BackendError({ server: server.url, reason: "unreachable", message: `no ${path} in time` }))
    })
  )
  const reason = problem(status)
  if (reason === undefined) return body
  return yield* new BackendError({ server: server.url, reason, message: `${status} from ${path}` })
})

const toLoad = ({ kvCache, running, waiting }: EngineReading, p95: number | undefined): Load => ({
  ...(running !== undefined && { running }),
  ...(waiting !== undefined && { waiting }),
  ...(kvCache !== undefined && { kvCache }),
  ...(p95 !== undefined && { ttft: p95 * 1000 })
})

export const load = (
  client: EngineClient,
  { ttftWindow }: Pick<DriverSettings, "ttftWindow">,
  read: (text: string) => Page
): Backend["load"] => {
  const windows = new Map<string, ReadonlyMap<string, HistogramWindow.HistogramWindow>>()
  return Effect.fnUntraced(function*(server, models) {
    const text = yield* page(client, server, "/metrics")
    const now = Number((yield* Clock.monotonicTimeNanos) / 1_000_000n)
    const readings = read(text)
    const loads = new Map<string, Load>()
    const kept = new Map<string, HistogramWindow.HistogramWindow>()
    for (const model of models) {
      const before = windows.get(server.url)?.get(model.name) ?? HistogramWindow.make(ttftWindow)
      const reading = readingOf(readings, model.engineName)
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
}
