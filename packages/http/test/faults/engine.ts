/** The process behind `EngineProcess`: a simulated server that tells its parent what it receives. */
import type { Fault } from "@aiguilleur/lab/face/Fault"
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import { Effect } from "effect"

export type Said = { readonly url: string } | { readonly received: number } | { readonly done: true }
export type Told = { readonly step: number } | { readonly fault: Fault }

const say = (said: Said) => Effect.sync(() => process.send!(said))

process.on("disconnect", () => process.exit())

Effect.runFork(Effect.scoped(Effect.gen(function*() {
  const server = yield* SimulatedServer.start(JSON.parse(process.argv[2]!))
  const step = (count: number) => {
    const tokens = server.requests.at(-1)!.tokens + count
    server.stepUntil(() => server.requests.at(-1)!.tokens >= tokens)
  }
  process.on("message", (told: Told) => {
    if ("fault" in told) server.fault(told.fault)
    else step(told.step)
    // What was said leaves at the end of this turn: whoever stops this process next must not be faster.
    setImmediate(() => process.send!({ done: true } satisfies Said))
  })
  yield* say({ url: server.url })
  for (let received = 1;; received++) {
    yield* server.awaitRequests(received)
    yield* say({ received })
  }
})))
