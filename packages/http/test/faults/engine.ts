/** The process behind `EngineProcess`: a simulated server that tells its parent what it receives. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import { Effect } from "effect"

export type Said = { readonly url: string } | { readonly received: number }

const say = (said: Said) => Effect.sync(() => process.send!(said))

process.on("disconnect", () => process.exit())

Effect.runFork(Effect.scoped(Effect.gen(function*() {
  const server = yield* SimulatedServer.start(JSON.parse(process.argv[2]!))
  process.on("message", ({ step }: { readonly step: number }) => {
    const tokens = server.requests.at(-1)!.tokens + step
    server.stepUntil(() => server.requests.at(-1)!.tokens >= tokens)
  })
  yield* say({ url: server.url })
  for (let received = 1;; received++) {
    yield* server.awaitRequests(received)
    yield* say({ received })
  }
})))
