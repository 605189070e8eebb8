/** Tells the log what an operator must know of engines: which is out, which is back, which refuses what is ours. */
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import type { Notice } from "@aiguilleur/core/Notice"
import { Clock, Effect, Layer } from "effect"
import { type Attempt, UsageLog } from "./UsageLog.ts"

/** The dispatcher leaves a server out for as long, and tries again: the same is said no more often. */
const quiet = 60_000

const remedyOf = ({ lease: { model, server }, status }: Attempt): string => {
  const { engineName, name } = model
  if (status === 404) return `does not know ${engineName}, its name for ${name}. Correct \`model\`, or the server.`
  if (status === 401 || status === 403) {
    return `refuses ${server.token === undefined ? "us without a token" : "our token"} (${status}). Correct \`token\`.`
  }
  return `answers ${status} to a request for ${name}. Correct its \`url\`, or what stands in between.`
}

const reasons = {
  Down: "is down: it refuses connections, or its health check fails",
  Suspect: "has failed three requests in a row that others served"
} as const

/** Around whatever takes usage; of a request that an engine served it costs one look at each attempt. */
export const layer = Layer.effect(
  UsageLog,
  Effect.gen(function*() {
    const usage = yield* UsageLog
    const dispatcher = yield* Dispatcher
    const clock = yield* Clock.Clock
    const runFork = Effect.runForkWith(yield* Effect.context<never>())
    const said = new Map<string, number>()
    const out = new Set<string>()

    const alert = (attempt: Attempt): void => {
      const { model, server } = attempt.lease
      const what = `${server.url} ${attempt.status} ${model.name}`
      const now = clock.currentTimeMillisUnsafe()
      if (now - (said.get(what) ?? -Infinity) < quiet) return
      said.set(what, now)
      runFork(Effect.logError(`${server.url} ${remedyOf(attempt)} It is left out for a minute.`))
    }

    // Each trial that fails ejects again: only the first is news.
    const follow = (notice: Notice): void => {
      if (notice._tag === "Restored" && out.delete(notice.url)) {
        runFork(Effect.logInfo(`${notice.url} answers again`))
      } else if (notice._tag === "Ejected" && !out.has(notice.url)) {
        out.add(notice.url)
        const { because, url } = notice
        if (because === "Down" || because === "Suspect") runFork(Effect.logWarning(`${url} ${reasons[because]}`))
      }
    }

    yield* dispatcher.observe(follow)
    return UsageLog.of({
      offer: (request) => {
        usage.offer(request)
        for (const attempt of request.attempts) if (attempt.outcome === "Misconfigured") alert(attempt)
      }
    })
  })
)
