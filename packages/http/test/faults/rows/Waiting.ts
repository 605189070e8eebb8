/** What may happen to a request that has no server yet. */
import { Event } from "@aiguilleur/core/Event"
import { Effect } from "effect"
import type { Simulated } from "../Actor.ts"
import { simulated } from "../Actor.ts"
import { modes } from "../Column.ts"
import * as Remains from "../Remains.ts"
import type { Playable, Stage } from "../Row.ts"
import { row } from "../Row.ts"
import * as Verdict from "../Verdict.ts"

const when = "waiting" as const

/** The gateway's own first checks are answered, so that none of them contradicts what is said here. */
const checked = ({ broken, rig }: Stage<Simulated>) =>
  Effect.gen(function*() {
    for (const server of [broken.server, ...rig.servers]) yield* server.awaitHits("/health", 1)
    while ((yield* rig.dispatcher.snapshot).servers.some(({ state }) => state !== "up")) yield* Remains.turn
    yield* Remains.heard
  })

export const rows: ReadonlyArray<Playable> = [
  row({
    what: "the client leaves",
    of: ["the client leaves"],
    when,
    modes,
    actor: simulated(),
    waiting: ({ client, rig }) =>
      Effect.gen(function*() {
        client.destroy()
        while ((yield* rig.dispatcher.snapshot).waiting > 0) yield* Effect.yieldNow
      }),
    seen: Verdict.withdrawn("nothing", "withdrawn")
  }),
  row({
    what: "its patience is spent",
    when,
    modes,
    actor: simulated(),
    patience: 60,
    waiting: ({ client }) => Effect.asVoid(client.closed),
    seen: Verdict.unserved(504, "patience_spent", "evicted")
  }),
  row({
    what: "every server fails its health check",
    when,
    modes,
    actor: simulated(),
    arm: checked,
    waiting: ({ client, rig }) =>
      Effect.gen(function*() {
        const { servers } = yield* rig.dispatcher.snapshot
        yield* rig.dispatcher.change(...servers.map(({ url }) => Event.HealthChecked({ url, health: "down" })))
        yield* client.closed
      }),
    seen: Verdict.unserved(503, "no_server_up")
  }),
  row({
    what: "one server fails its health check",
    when,
    modes,
    only: { fleet: "beside another", because: "alone, it is every server: the row above" },
    actor: simulated(),
    arm: checked,
    waiting: ({ broken, rig }) => rig.dispatcher.change(Event.HealthChecked({ url: broken.url, health: "down" })),
    seen: (mode, fleet) => ({ ...Verdict.fine("nothing")(mode, fleet), other: "finished" })
  }),
  row({
    what: "its key is revoked",
    when,
    modes,
    actor: simulated(),
    waiting: ({ rig }) => rig.dispatcher.change(Event.KeyRevoked({ key: "key:test" })),
    seen: Verdict.unserved(401, "invalid_api_key")
  }),
  row({
    what: "its model leaves the configuration",
    when,
    modes,
    actor: simulated(),
    waiting: ({ rig }) => rig.dispatcher.change(Event.ModelRemoved({ name: "test-model" })),
    seen: Verdict.unserved(503, "model_removed")
  }),
  row({
    what: "the service stops",
    when,
    modes,
    actor: simulated(),
    waiting: ({ client, rig }) =>
      Effect.gen(function*() {
        yield* Effect.forkChild(rig.stop)
        yield* client.closed
      }),
    seen: Verdict.unserved(503, "stopping")
  })
]
