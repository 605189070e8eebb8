/** What may happen when the answer is complete. */
import { Effect } from "effect"
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

const unframed = Script.head(200, { "content-type": "application/json", "transfer-encoding": "chunked" }) +
  Script.chunk(Script.answerBody())

const whole = Script.tokens(5) + Script.usageEvent() + Script.done

export const rows: ReadonlyArray<Playable> = [
  row({
    what: "the client leaves",
    of: ["the client leaves"],
    when,
    modes,
    actor: simulated(),
    strike: (stage) => Effect.andThen(last(stage), Effect.sync(() => stage.client.destroy())),
    seen: Verdict.withdrawn("finished", "Served 4+5, released")
  }),
  row({
    what: "the server closes the connection, and the stream's end is never framed",
    of: ["cut between events"],
    when,
    modes: streaming,
    actor: Script.start((socket) => void socket.end(Script.eventsHead + Script.chunk(whole))),
    seen: Verdict.fine("closed")
  }),
  row({
    what: "the server says nothing more, and the stream's end is never framed",
    of: ["stall"],
    when,
    modes: streaming,
    settings: { idle: 150 },
    actor: Script.start((socket) => void socket.write(Script.eventsHead + Script.chunk(whole))),
    seen: Verdict.fine("closed")
  }),
  row({
    what: "the server says nothing more, and the answer's end is never framed: nobody knows that it is one",
    of: ["stall"],
    when,
    modes: answer,
    settings: { idle: 150 },
    actor: Script.start((socket) => void socket.write(unframed)),
    seen: Verdict.suspect("closed")
  }),
  row({
    what: "the server resets the connection",
    of: ["reset"],
    when,
    modes,
    actor: Script.start((socket, request) => {
      socket.write(request.includes("\"stream\":true") ? Script.stream(whole) : Script.answer())
      setImmediate(() => socket.resetAndDestroy())
    }),
    seen: Verdict.fine("closed")
  })
]
