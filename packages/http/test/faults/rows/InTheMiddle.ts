/** What may happen once a part of the answer has come. */
import { Effect } from "effect"
import { simulated } from "../Actor.ts"
import { byFault, byScript, twoTokens } from "../Breaking.ts"
import type { Mode } from "../Column.ts"
import { streaming } from "../Column.ts"
import type { Playable } from "../Row.ts"
import { row } from "../Row.ts"
import * as Script from "../ScriptedEngine.ts"
import * as Verdict from "../Verdict.ts"

const when = "in the middle" as const

const answer: ReadonlyArray<Mode> = ["answer"]

const fault = byFault(when)
const scripted = (what: string, script: Script.Script, seen: Verdict.Verdict, more: Partial<Playable> = {}) =>
  byScript(when)(what, script, seen, { modes: streaming, ...more })

const begun = { modes: answer, settings: { withheld: 64 } }

export const rows: ReadonlyArray<Playable> = [
  row({
    what: "the client leaves",
    of: ["the client leaves"],
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
    of: ["the client leaves"],
    when,
    modes: answer,
    actor: simulated(),
    settings: { withheld: 64 },
    arm: ({ broken }) => Effect.sync(() => broken.server.fault({ stallAfter: 1 })),
    strike: ({ client }) =>
      Effect.andThen(client.until((text) => text.includes("chatcmpl")), Effect.sync(() => client.destroy())),
    seen: Verdict.withdrawn("aborted")
  }),
  fault("cut", { cutAfter: 2 }, Verdict.suspect("cut"), { of: ["reset"], modes: answer }),
  fault("cut, of an answer that was too large to hold back", { cutAfter: 2 }, Verdict.brokenOff("cut"), {
    of: ["reset"],
    ...begun
  }),
  row({
    what: "the connection is reset",
    of: ["reset"],
    when,
    modes: streaming,
    actor: Script.start((socket) => void socket.write(Script.eventsHead + Script.chunk(Script.tokens(2)))),
    strike: (stage) => Effect.andThen(twoTokens(stage), Effect.sync(() => stage.broken.last().resetAndDestroy())),
    seen: Verdict.broken(2, "closed")
  }),
  row({
    what: "the connection is reset, of an answer that was too large to hold back",
    of: ["reset"],
    when,
    ...begun,
    actor: Script.start((socket) => void socket.write(Script.answer().slice(0, -40))),
    strike: ({ broken, client }) =>
      Effect.andThen(
        client.until((text) => text.includes("choices")),
        Effect.sync(() => broken.last().resetAndDestroy())
      ),
    seen: Verdict.brokenOff("closed")
  }),
  fault("stall", { stallAfter: 1 }, Verdict.suspect("aborted"), {
    of: ["stall"],
    modes: answer,
    settings: { idle: 200 }
  }),
  fault("stall, of an answer that was too large to hold back", { stallAfter: 1 }, Verdict.brokenOff("aborted"), {
    of: ["stall"],
    modes: answer,
    settings: { withheld: 64, idle: 150 }
  }),
  fault("an answer that is too large to hold back", {}, Verdict.fine(), { of: ["oversize"], ...begun }),
  fault("drips, a few bytes at a time", { slowDrain: 40 }, Verdict.fine(), { of: ["slow drip"] }),
  fault("cut between two events", { cutAfter: 2 }, Verdict.broken(2, "cut"), {
    of: ["cut between events"],
    modes: streaming
  }),
  fault("cut in the middle of an event", { cutInside: 2 }, Verdict.broken(2, "cut"), {
    of: ["cut inside an event"],
    modes: streaming
  }),
  fault("cut before [DONE]", { cutBeforeDone: true }, Verdict.broken(5, "cut"), {
    of: ["cut before [DONE]"],
    modes: streaming
  }),
  fault("stall", { stallAfter: 2 }, Verdict.broken(2, "aborted"), {
    of: ["stall"],
    modes: streaming,
    settings: { idle: 150 }
  }),
  scripted("an event that is no JSON", (socket) => {
    const rest = Script.token(3) + Script.token(4) + Script.token(5) + Script.usageEvent() + Script.done
    socket.write(Script.stream(`${Script.tokens(2)}data: {"choices":\n\n${rest}`))
    return "answered"
  }, (mode, fleet) => ({
    ...Verdict.fine("answered")(mode, fleet),
    client: Verdict.whole(mode).replace("[DONE]", "an event that is no JSON, [DONE]"),
    sdk: "throws SyntaxError"
  }), { of: ["invalid JSON"] }),
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
  scripted(
    "an event without end",
    (socket) => {
      socket.write(Script.eventsHead + Script.chunk(Script.tokens(2)) + Script.chunk(`data: ${"x".repeat(1_100_000)}`))
    },
    Verdict.broken(2, "closed"),
    { of: ["oversize"] }
  ),
  scripted(
    "a clean end without [DONE]",
    (socket) => {
      socket.write(Script.stream(Script.tokens(2)))
      return "answered"
    },
    Verdict.broken(2, "answered"),
    { of: ["cut before [DONE]"] }
  ),
  scripted("chunks that are no chunks", (socket) => {
    socket.write(Script.eventsHead + Script.chunk(Script.tokens(2)) + "nonsense\r\n")
  }, Verdict.broken(2, "closed")),
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
