/** What may happen once the request has been sent, before anything of an answer could be relayed. */
import type { Fault } from "@aiguilleur/lab/face/Fault"
import { Effect } from "effect"
import * as Rig from "../../Rig.ts"
import { simulated } from "../Actor.ts"
import type { Mode } from "../Column.ts"
import { modes, streaming } from "../Column.ts"
import * as EngineProcess from "../EngineProcess.ts"
import type { Playable } from "../Row.ts"
import { row } from "../Row.ts"
import * as Script from "../ScriptedEngine.ts"
import type { Verdict as Judged } from "../Verdict.ts"
import * as Verdict from "../Verdict.ts"

const when = "before the first byte" as const

const answer: ReadonlyArray<Mode> = ["answer"]

/** Long enough for a sound server that is slow today, short enough for a test. */
const timers = { firstByte: 200, idle: 200 }

const fault = (
  what: string,
  fault: Fault,
  seen: Judged,
  more: Partial<Playable> & { readonly times?: number } = {}
) => {
  const { times, ...rest } = more
  return row({
    what,
    when,
    modes,
    actor: simulated(),
    arm: ({ broken }) => Effect.sync(() => broken.server.fault(fault, times === undefined ? {} : { times })),
    seen,
    ...rest
  })
}

const scripted = (what: string, script: Script.Script, seen: Judged, more: Partial<Playable> = {}) =>
  row({ what, when, modes, actor: Script.start(script), seen, ...more })

const later = (mode: Mode) => ({
  client: Verdict.whole(mode),
  sdk: "completes",
  broken: "refused, finished",
  settled: "Busy, Served 4+5, released"
})

const tooLate = (mode: Mode) => ({ ...Verdict.error(mode, 504, "patience_spent"), settled: "Busy, evicted" })

/** Nothing more than the time for everything bounds an answer in one piece that has not begun. */
const expired: Judged = (mode) => ({
  ...Verdict.error(mode, 504, "total_time_spent"),
  broken: "aborted",
  other: "nothing",
  settled: "Expired, failed"
})

const spent = { settings: { total: 150 } }

export const rows: ReadonlyArray<Playable> = [
  row({
    what: "the client leaves",
    when,
    modes,
    actor: simulated({ manual: true }),
    strike: ({ broken, client }) => Effect.andThen(broken.server.awaitRequests(1), Effect.sync(() => client.destroy())),
    seen: Verdict.withdrawn("aborted")
  }),
  fault("the connection closes", { close: true }, Verdict.suspect("cut")),
  fault("the connection is reset", { reset: true }, Verdict.suspect("cut")),
  row({
    what: "a reused socket is reset",
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
  fault("500", { status: 500 }, Verdict.suspect("refused", 500)),
  fault("502", { status: 502 }, Verdict.suspect("refused", 502)),
  fault("504", { status: 504 }, Verdict.suspect("refused", 504)),
  fault(
    "429 without Retry-After, and patience for less than the hold-off",
    { status: 429 },
    Verdict.busy("refused", tooLate),
    { patience: 100 }
  ),
  fault("429 with Retry-After", { status: 429, retryAfter: 0.05 }, Verdict.busy("refused", later), { times: 1 }),
  fault("503 with Retry-After", { status: 503, retryAfter: 0.05 }, Verdict.busy("refused", later), { times: 1 }),
  fault(
    "503 without Retry-After, and patience for less than the hold-off",
    { status: 503 },
    Verdict.busy("refused", tooLate),
    { patience: 100 }
  ),
  fault("529 with Retry-After", { status: 529, retryAfter: 0.05 }, Verdict.busy("refused", later), { times: 1 }),
  fault("401: our token", { status: 401 }, Verdict.misconfigured("refused")),
  fault("403: our token", { status: 403 }, Verdict.misconfigured("refused")),
  fault("404: the engine does not know the model", { unknownModel: true }, Verdict.misconfigured("refused")),
  fault("400: the request", { status: 400 }, Verdict.client(400)),
  fault("404: what the request names", { status: 404 }, Verdict.client(404)),
  fault("422: the request", { status: 422 }, Verdict.client(422)),
  scripted(
    "a redirection",
    (socket) => void socket.end(Script.head(302, { location: "http://127.0.0.1:1/", "content-length": "0" })),
    Verdict.misconfigured("closed")
  ),
  fault("a head, then the connection closes", { headersThenClose: true }, Verdict.suspect("cut")),
  fault("a head, then nothing", { headersThenStall: true }, Verdict.suspect("aborted"), { settings: timers }),
  fault("nothing at all: a stream's first-byte timer", { hang: true }, Verdict.suspect("aborted"), {
    modes: streaming,
    settings: timers
  }),
  fault("nothing at all: the time for everything", { hang: true }, expired, spent),
  fault("the stream begins with the engine's error", { errorAfter: 0 }, Verdict.suspect("finished", 500), {
    modes: streaming
  }),
  scripted(
    "the first event is cut in its middle",
    (socket) => void socket.end(Script.eventsHead + Script.chunk(Script.token(1).slice(0, 40))),
    Verdict.suspect("closed"),
    { modes: streaming }
  ),
  scripted(
    "the first event has no end",
    (socket) => void socket.write(Script.eventsHead + Script.chunk(`data: ${"x".repeat(1_100_000)}`)),
    Verdict.suspect("closed"),
    { modes: streaming }
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
  }), { modes: answer }),
  fault("a first event that is no JSON", { invalidJson: true }, (mode) => ({
    client: Verdict.whole(mode).replace("[DONE]", "an event that is no JSON, [DONE]"),
    sdk: "throws SyntaxError",
    broken: "finished",
    other: "nothing",
    settled: "Served 4+5, released"
  }), { modes: streaming }),
  fault(
    "a good answer that calls itself text/html: the SDK does not read it as JSON",
    { wrongContentType: true },
    (mode, fleet) => ({
      ...Verdict.fine()(mode, fleet),
      sdk: "is content with 0 tokens"
    }),
    { modes: answer }
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
    { modes: streaming }
  ),
  row({
    what: "kill -9",
    when,
    modes,
    fleets: ["beside another"],
    actor: EngineProcess.start({ manual: true }),
    strike: ({ broken }) => Effect.andThen(broken.awaitRequests(1), Effect.sync(() => broken.signal("SIGKILL"))),
    seen: Verdict.suspect("SIGKILL")
  }),
  row({
    what: "SIGSTOP: a stream's first-byte timer",
    when,
    modes: streaming,
    fleets: ["beside another"],
    actor: EngineProcess.start({ manual: true }),
    settings: timers,
    waiting: ({ broken }) => Effect.sync(() => broken.signal("SIGSTOP")),
    seen: Verdict.suspect("nothing")
  }),
  row({
    what: "SIGSTOP: the time for everything",
    when,
    modes: answer,
    fleets: ["beside another"],
    actor: EngineProcess.start({ manual: true }),
    ...spent,
    waiting: ({ broken }) => Effect.sync(() => broken.signal("SIGSTOP")),
    seen: (mode, fleet) => ({ ...expired(mode, fleet), broken: "nothing" })
  }),
  row({
    what: "a prompt that fails on every server",
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
    // Nobody is blamed for it.
    after: ({ rig }) =>
      Effect.flatMap(
        rig.dispatcher.snapshot,
        ({ servers }) => servers.every(({ state }) => state === "up") ? Effect.void : Effect.die("a server was ejected")
      )
  })
]
