/** A prompt that no server survives must not put a fleet out of service. */
import type { SimulatedServer } from "@aiguilleur/lab/face/SimulatedServer"
import { Effect } from "effect"
import { simulated } from "../Actor.ts"
import { modes } from "../Column.ts"
import type { Playable, Stage } from "../Row.ts"
import { row } from "../Row.ts"
import * as Verdict from "../Verdict.ts"

const when = "before the first byte" as const

const nobodyBlamed = ({ rig }: Stage) =>
  Effect.flatMap(
    rig.dispatcher.snapshot,
    ({ servers }) => servers.every(({ state }) => state === "up") ? Effect.void : Effect.die("a server was ejected")
  )

/** As soon as it is asked; whoever looks after it starts it again at once. */
const crash = (server: SimulatedServer) =>
  Effect.andThen(server.awaitRequests(1), Effect.andThen(server.kill, server.start))

export const rows: ReadonlyArray<Playable> = [
  row({
    what: "a prompt that fails on every server",
    of: ["a prompt that crashes every server"],
    when,
    modes,
    actor: simulated(),
    body: { messages: [{ role: "user", content: "simulate:poison" }] },
    seen: (mode, fleet) => ({
      ...Verdict.error(mode, 500, "the engine's 500"),
      broken: "refused",
      other: fleet === "alone" ? "nothing" : "refused",
      settled: fleet === "alone" ? "Suspect, failed" : "Suspect, Suspect, failed"
    }),
    after: nobodyBlamed
  }),
  row({
    what: "a prompt at which every server dies, and is started again",
    of: ["a prompt that crashes every server"],
    when,
    modes,
    actor: simulated(),
    arm: ({ broken, rig }) =>
      Effect.sync(() => {
        for (const server of [broken.server, ...rig.servers]) server.fault({ hang: true })
      }),
    strike: ({ broken, rig }) => Effect.forEach([broken.server, ...rig.servers], crash, { discard: true }),
    seen: (mode, fleet) => ({
      ...Verdict.error(mode, 502, "upstream_failed"),
      broken: "cut",
      other: fleet === "alone" ? "nothing" : "cut",
      settled: fleet === "alone" ? "Suspect, failed" : "Suspect, Suspect, failed"
    }),
    after: nobodyBlamed
  })
]
