/** What may happen once a part of the answer has come. */
import type { Fault } from "@aiguilleur/lab/face/Fault"
import { Effect } from "effect"
import { simulated } from "../Actor.ts"
import type { Mode } from "../Column.ts"
import { modes, streaming } from "../Column.ts"
import * as EngineProcess from "../EngineProcess.ts"
import type { Playable, Stage } from "../Row.ts"
import { row } from "../Row.ts"
import * as Script from "../ScriptedEngine.ts"
import type { Verdict as Judged } from "../Verdict.ts"
import * as Verdict from "../Verdict.ts"

const when = "in the middle" as const

const answer: ReadonlyArray<Mode> = ["answer"]

const fault = (what: string, fault: Fault, seen: Judged, more: Partial<Playable> = {}) =>
  row({
    what,
    when,
    modes,
    actor: simulated(),
    arm: ({ broken }) => Effect.sync(() => broken.server.fault(fault)),
    seen,
    ...more
  })

const scripted = (what: string, script: Script.Script, seen: Judged, more: Partial<Playable> = {}) =>
  row({ what, when, modes: streaming, actor: Script.start(script), seen, ...more })

const two = `"is "`
const twoTokens = ({ client }: Stage) => Effect.asVoid(client.until((text) => text.includes(two)))

/** A large answer is begun before its end is known: then it can only be broken off, for all to see. */
const begun = { modes: answer, settings: { withheld: 64 } }

const brokenOff = (ending: string, outcome = "Broken"): Judged => () => ({
  client: "200: no JSON, broken off",
  sdk: "throws TypeError",
  broken: ending,
  other: "nothing",
  settled: `${outcome}, failed`
})

const process = EngineProcess.start({ manual: true })

export const rows: ReadonlyArray<Playable> = [
  row({
    what: "the client leaves",
    when,
    modes: streaming,
    actor: simulated({ manual: true }),
    strike: (stage) =>
      Effect.gen(function*() {
        const { server } = stage.broken
        yield* server.awaitRequests(1)
        server.stepUntil(() => server.requests[0]!.tokens === 2)
        yield* twoTokens(stage)
        stage.client.destroy()
      }),
    seen: Verdict.withdrawn("aborted", "Withdrawn about 2, withdrawn")
  }),
  row({
    what: "the client leaves",
    when,
    modes: answer,
    actor: simulated(),
    settings: { withheld: 64 },
    arm: ({ broken }) => Effect.sync(() => broken.server.fault({ stallAfter: 1 })),
    strike: ({ client }) =>
      Effect.andThen(client.until((text) => text.includes("chatcmpl")), Effect.sync(() => client.destroy())),
    seen: Verdict.withdrawn("aborted")
  }),
  fault("cut", { cutAfter: 2 }, Verdict.suspect("cut"), { modes: answer }),
  fault("cut, of an answer that was too large to hold back", { cutAfter: 2 }, brokenOff("cut"), begun),
  fault("stall", { stallAfter: 1 }, Verdict.suspect("aborted"), { modes: answer, settings: { idle: 200 } }),
  fault("stall, of an answer that was too large to hold back", { stallAfter: 1 }, brokenOff("aborted"), {
    modes: answer,
    settings: { withheld: 64, idle: 150 }
  }),
  fault("drips, a few bytes at a time", { slowDrain: 40 }, Verdict.fine()),
  fault("cut between two events", { cutAfter: 2 }, Verdict.broken(2, "cut"), { modes: streaming }),
  fault("cut in the middle of an event", { cutInside: 2 }, Verdict.broken(2, "cut"), { modes: streaming }),
  fault("cut before [DONE]", { cutBeforeDone: true }, Verdict.broken(5, "cut"), { modes: streaming }),
  fault("stall", { stallAfter: 2 }, Verdict.broken(2, "aborted"), { modes: streaming, settings: { idle: 150 } }),
  row({
    what: "the engine's own error event",
    when,
    modes: streaming,
    actor: simulated({ manual: true }),
    arm: ({ broken }) => Effect.sync(() => broken.server.fault({ errorAfter: 2 })),
    strike: (stage) =>
      Effect.gen(function*() {
        const { server } = stage.broken
        yield* server.awaitRequests(1)
        server.stepUntil(() => server.requests[0]!.tokens === 2)
        yield* twoTokens(stage)
        server.stepUntilIdle()
      }),
    seen: (mode) => ({
      client: Verdict.whole(mode).replace("5 tokens", "2 tokens, error event the engine's 500"),
      sdk: "throws APIError",
      broken: "finished",
      other: "nothing",
      settled: "Broken about 2, failed"
    })
  }),
  fault(
    "the time for everything is spent",
    { stallAfter: 2 },
    Verdict.broken(2, "aborted", "total_time_spent", "Expired"),
    {
      modes: streaming,
      settings: { total: 400 }
    }
  ),
  scripted("an event without end", (socket) => {
    socket.write(Script.eventsHead + Script.chunk(Script.tokens(2)) + Script.chunk(`data: ${"x".repeat(1_100_000)}`))
  }, Verdict.broken(2, "closed")),
  scripted("a clean end without [DONE]", (socket) => {
    socket.write(Script.stream(Script.tokens(2)))
    return "answered"
  }, Verdict.broken(2, "answered")),
  scripted("chunks that are no chunks", (socket) => {
    socket.write(Script.eventsHead + Script.chunk(Script.tokens(2)) + "nonsense\r\n")
  }, Verdict.broken(2, "closed")),
  row({
    what: "kill -9",
    when,
    modes: streaming,
    fleets: ["beside another"],
    actor: process,
    strike: (stage) =>
      Effect.gen(function*() {
        yield* stage.broken.awaitRequests(1)
        stage.broken.step(2)
        yield* twoTokens(stage)
        stage.broken.signal("SIGKILL")
      }),
    seen: Verdict.broken(2, "SIGKILL")
  }),
  row({
    what: "SIGSTOP",
    when,
    modes: streaming,
    fleets: ["beside another"],
    actor: process,
    settings: { idle: 150 },
    strike: (stage) =>
      Effect.gen(function*() {
        yield* stage.broken.awaitRequests(1)
        stage.broken.step(2)
        yield* twoTokens(stage)
        stage.broken.signal("SIGSTOP")
      }),
    seen: Verdict.broken(2, "SIGSTOP")
  }),
  row({
    what: "the service stops, and its patience ends",
    when,
    modes: streaming,
    actor: simulated(),
    settings: { shutdown: 50 },
    arm: ({ broken }) => Effect.sync(() => broken.server.fault({ stallAfter: 2 })),
    strike: (stage) =>
      Effect.gen(function*() {
        yield* twoTokens(stage)
        yield* Effect.forkChild(stage.rig.stop)
        yield* stage.client.closed
      }),
    seen: Verdict.broken(2, "aborted", "stopping")
  })
]
