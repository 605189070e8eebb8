/** Everything that is counted, and the page that it makes for Prometheus. */
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import { Context, Effect, Layer } from "effect"
import { GatewaySettings } from "../GatewaySettings.ts"
import type { EndedRequest } from "../UsageLog.ts"
import { UsageLog } from "../UsageLog.ts"
import { version } from "../Version.ts"
import type { Definition } from "./Definition.ts"
import { DispatchMeter } from "./DispatchMetrics.ts"
import * as Fleet from "./FleetMetrics.ts"
import { MetricsText } from "./MetricsText.ts"
import { ProcessMeter } from "./ProcessMetrics.ts"
import { RequestMeter } from "./RequestMetrics.ts"

export class Metrics extends Context.Service<Metrics, {
  /** Turned away before it was known whose it is and what it wants. */
  readonly rejected: (status: number) => void
  readonly ended: (request: EndedRequest) => void
  /** Another source, asked at each scrape. */
  readonly also: (write: (text: MetricsText) => Effect.Effect<void>) => void
  readonly text: (definitions: ReadonlyArray<Definition>) => Effect.Effect<string>
}>()("@aiguilleur/http/Metrics") {
  static readonly layer = Layer.effect(
    Metrics,
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      const { bestPriority } = yield* GatewaySettings
      const dispatched = new DispatchMeter(bestPriority)
      const requests = new RequestMeter()
      const sources: Array<(text: MetricsText) => Effect.Effect<void>> = []
      yield* dispatcher.observe((notice) => dispatched.observe(notice))
      const process = yield* Effect.acquireRelease(
        Effect.sync(() => new ProcessMeter(version)),
        (meter) => Effect.sync(() => meter.stop())
      )
      return {
        rejected: (status) => requests.rejected(status),
        ended: (request) => requests.ended(request),
        also: (write) => sources.push(write),
        text: Effect.fnUntraced(function*(definitions) {
          const text = new MetricsText(definitions)
          Fleet.write(text, dispatcher.boardUnsafe(), dispatched.kinds())
          dispatched.write(text)
          requests.write(text)
          for (const write of sources) yield* write(text)
          process.write(text)
          return text.toString()
        })
      }
    })
  )
}

/** Around whatever keeps usage: each request is counted as it is written down. */
export const metered = Layer.effect(
  UsageLog,
  Effect.gen(function*() {
    const usage = yield* UsageLog
    const metrics = yield* Metrics
    return UsageLog.of({
      offer: (request) => {
        usage.offer(request)
        metrics.ended(request)
      }
    })
  })
)
