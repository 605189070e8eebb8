/** What may happen once the request has been sent, before anything of an answer could be relayed. */
import { Effect } from "effect"
import * as Rig from "../../Rig.ts"
import { simulated } from "../Actor.ts"
import { byFault, byScript, impatient } from "../Breaking.ts"
import type { Mode } from "../Column.ts"
import { modes, streaming } from "../Column.ts"
import type { Playable } from "../Row.ts"
import { row } from "../Row.ts"
import * as Script from "../ScriptedEngine.ts"
import * as Verdict from "../Verdict.ts"

const when = "before the first byte" as const

const answer: ReadonlyArray<Mode> = ["answer"]

const fault = byFault(when)
const scripted = byScript(when)

export const rows: ReadonlyArray<Playable> = [
  row({
    what: "the client leaves",
    of: ["the client leaves"],
    when,
    modes,
    actor: simulated({ manual: true }),
    strike: ({ broken, client }) => Effect.andThen(broken.server.awaitRequests(1), Effect.sync(() => client.destroy())),
    seen: Verdict.withdrawn("aborted")
  }),
  fault("the connection closes", { close: true }, Verdict.suspect("cut"), { of: ["reset"] }),
  fault("the connection is reset", { reset: true }, Verdict.suspect("cut"), { of: ["reset"] }),
  row({
    what: "a reused socket is reset",
    of: ["a reused socket is reset"],
    when,
    modes,
    actor: simulated(),
    arm: ({ broken, rig }) =>
      Effect.gen(function*() {
        while (broken.endings().length === 0) yield* Effect.flatMap(Rig.post(rig, Rig.chat()), Rig.text)
        broken.server.fault({ reset: true }, { times: 1 })
      }),
    seen: (mode, fleet) => {
      const seen = Verdict.fine("finished, cut, finished")(mode, fleet)
      return fleet === "alone" ? seen : { ...seen, other: "nothing" }
    }
  }),
  row({
    what: "a reused socket is reset, and the fresh one too",
    of: ["a reused socket is reset"],
    when,
    modes,
    actor: simulated(),
    arm: ({ broken, rig }) =>
      Effect.gen(function*() {
        while (broken.endings().length === 0) yield* Effect.flatMap(Rig.post(rig, Rig.chat()), Rig.text)
        broken.server.fault({ reset: true })
      }),
    seen: Verdict.suspect("finished, cut, cut")
  }),
  fault("a head, then the connection closes", { headersThenClose: true }, Verdict.suspect("cut"), {
    of: ["headers only"]
  }),
  fault("a head, then nothing", { headersThenStall: true }, Verdict.suspect("aborted"), {
    of: ["headers only"],
    settings: impatient
  }),
  fault("nothing at all: a stream's first-byte timer", { hang: true }, Verdict.suspect("aborted"), {
    of: ["stall"],
    modes: streaming,
    settings: impatient
  }),
  fault("nothing at all: the time for everything", { hang: true }, Verdict.expired, {
    of: ["stall"],
    settings: { total: 150 }
  }),
  fault("the stream begins with the engine's error", { errorAfter: 0 }, Verdict.suspect("finished", 500), {
    modes: streaming
  }),
  scripted(
    "the first event is cut in its middle",
    (socket) => void socket.end(Script.eventsHead + Script.chunk(Script.token(1).slice(0, 40))),
    Verdict.suspect("closed"),
    { of: ["cut inside an event"], modes: streaming }
  ),
  scripted(
    "the first event has no end",
    (socket) => void socket.write(Script.eventsHead + Script.chunk(`data: ${"x".repeat(1_100_000)}`)),
    Verdict.suspect("closed"),
    { of: ["oversize"], modes: streaming }
  ),
  scripted(
    "a stream without an event",
    (socket) => {
      socket.write(Script.stream(""))
      return "answered"
    },
    Verdict.suspect("answered"),
    {
      modes: streaming
    }
  ),
  scripted(
    "a head and an answer that drip, a byte at a time",
    (socket, request) => {
      const bytes = Buffer.from(
        request.includes("\"stream\":true")
          ? Script.stream(Script.tokens(5) + Script.usageEvent() + Script.done)
          : Script.answer()
      )
      const drip = (at: number) => {
        if (at < bytes.length) socket.write(bytes.subarray(at, at + 1), () => drip(at + 1))
      }
      drip(0)
      return "answered"
    },
    Verdict.fine("answered"),
    { of: ["slow drip"] }
  ),
  scripted("no HTTP", (socket) => void socket.end("What?\r\n\r\n"), Verdict.suspect("closed")),
  scripted("headers without end", (socket) => {
    const write = () => {
      while (socket.writable && socket.write(`x-more: ${"x".repeat(1_000)}\r\n`));
    }
    socket.on("drain", write)
    socket.write("HTTP/1.1 200 OK\r\n")
    write()
  }, Verdict.suspect("closed")),
  fault("an answer that is no JSON", { invalidJson: true }, () => ({
    client: "200: no JSON",
    sdk: "throws SyntaxError",
    broken: "finished",
    other: "nothing",
    settled: "Served, released"
  }), { of: ["invalid JSON"], modes: answer }),
  fault("a first event that is no JSON", { invalidJson: true }, (mode) => ({
    client: Verdict.whole(mode).replace("[DONE]", "an event that is no JSON, [DONE]"),
    sdk: "throws SyntaxError",
    broken: "finished",
    other: "nothing",
    settled: "Served 4+5, released"
  }), { of: ["invalid JSON"], modes: streaming }),
  fault(
    "a good answer that calls itself text/html: the SDK does not read it as JSON",
    { wrongContentType: true },
    (mode, fleet) => ({
      ...Verdict.fine()(mode, fleet),
      sdk: "is content with 0 tokens"
    }),
    { of: ["wrong content type"], modes: answer }
  ),
  fault(
    "a good stream that calls itself text/html: held back whole",
    { wrongContentType: true },
    (mode) =>
      mode === "stream"
        ? { ...Verdict.fine()(mode, "alone"), client: "200: text/html: 5 tokens, [DONE]", settled: "Served, released" }
        : {
          ...Verdict.error(mode, 502, "upstream_failed"),
          broken: "finished",
          other: "nothing",
          settled: "Broken, failed"
        },
    { of: ["wrong content type"], modes: streaming }
  )
]
