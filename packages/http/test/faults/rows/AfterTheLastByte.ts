/** What may happen when the answer is complete. */
import { Effect } from "effect"
import * as Rig from "../../Rig.ts"
import { simulated } from "../Actor.ts"
import type { Mode } from "../Column.ts"
import { modes, streaming } from "../Column.ts"
import type { Playable, Stage } from "../Row.ts"
import { row } from "../Row.ts"
import * as Script from "../ScriptedEngine.ts"
import * as Verdict from "../Verdict.ts"

const when = "after the last byte" as const

const answer: ReadonlyArray<Mode> = ["answer"]

const last = ({ client, mode }: Stage) =>
  client.until((text) => text.includes(mode === "answer" ? "system_fingerprint" : "[DONE]"))

const whole = Script.tokens(5) + Script.usageEvent() + Script.done

/** The same connection is not used again, and a request that comes next is served on a new one. */
const another = ({ rig }: Stage) =>
  Effect.flatMap(
    Rig.post(rig, Rig.chat()),
    (response) =>
      response.status === 200
        ? Effect.asVoid(Rig.text(response))
        : Effect.die(`the next was answered ${response.status}`)
  )

export const rows: ReadonlyArray<Playable> = [
  row({
    what: "the client leaves",
    when,
    modes,
    actor: simulated(),
    strike: (stage) => Effect.andThen(last(stage), Effect.sync(() => stage.client.destroy())),
    seen: Verdict.withdrawn("finished", "Served 4+5, released")
  }),
  row({
    what: "the server closes the connection, and the stream's end is never framed",
    when,
    modes: streaming,
    actor: Script.start((socket) => void socket.end(Script.eventsHead + Script.chunk(whole))),
    seen: Verdict.fine("closed")
  }),
  row({
    what: "the server says nothing more, and the stream's end is never framed",
    when,
    modes: streaming,
    settings: { idle: 150 },
    actor: Script.start((socket) => void socket.write(Script.eventsHead + Script.chunk(whole))),
    seen: Verdict.fine("closed")
  }),
  row({
    what: "the server resets the connection",
    when,
    modes: answer,
    actor: Script.start((socket) => {
      socket.write(Script.answer())
      setImmediate(() => socket.resetAndDestroy())
    }),
    seen: Verdict.fine("closed")
  }),
  row({
    what: "the server is killed, and another request comes",
    when,
    modes,
    fleets: ["beside another"],
    actor: simulated(),
    strike: (stage) =>
      Effect.gen(function*() {
        yield* stage.client.closed
        yield* stage.rig.inFlight.drained
        yield* stage.broken.server.kill
        // The other's turn, then this one's.
        yield* another(stage)
        yield* another(stage)
      }),
    seen: (mode, fleet) => ({
      ...Verdict.fine()(mode, fleet),
      other: "finished, finished",
      settled: Verdict.down()("answer", "beside another").settled
    })
  })
]
