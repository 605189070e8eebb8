/** What only the system can do to a server: kill -9 and SIGSTOP, to a process of its own. */
import { Event } from "@aiguilleur/core/Event"
import { Effect } from "effect"
import * as Rig from "../../Rig.ts"
import * as Breaking from "../Breaking.ts"
import type { Mode } from "../Column.ts"
import { modes, streaming } from "../Column.ts"
import * as EngineProcess from "../EngineProcess.ts"
import * as Remains from "../Remains.ts"
import type { Playable, Stage } from "../Row.ts"
import { row } from "../Row.ts"
import * as Verdict from "../Verdict.ts"

const answer: ReadonlyArray<Mode> = ["answer"]

/** Started by hand, or going by itself. */
const still = EngineProcess.start({ manual: true })
const going = EngineProcess.start({})

const signals = [
  { what: "kill -9", name: "SIGKILL", settings: {} },
  { what: "SIGSTOP", name: "SIGSTOP", settings: { idle: 150 } }
] as const

const stalling = ({ broken }: Stage<EngineProcess.EngineProcess>) => broken.fault({ stallAfter: 1 })

/** On its way, and nothing more will come. */
const halfAnAnswer = ({ broken }: Stage<EngineProcess.EngineProcess>) =>
  Effect.andThen(broken.awaitRequests(1), broken.step(5))

/** The same connection is not used again, and a request that comes next is served on a new one. */
const another = ({ rig }: Stage) =>
  Effect.flatMap(
    Rig.post(rig, Rig.chat()),
    (response) =>
      response.status === 200
        ? Effect.asVoid(Rig.text(response))
        : Effect.die(`the next was answered ${response.status}`)
  )

const waiting: Playable = row({
  what: "kill -9 of the server that it is granted next",
  of: ["kill -9"],
  when: "waiting",
  modes,
  actor: going,
  waiting: ({ broken, rig }) =>
    Effect.gen(function*() {
      broken.signal("SIGKILL")
      yield* broken.gone
      yield* Remains.heard
      // A health check that was under way may have found out first: it is the request that is to find out here.
      yield* rig.dispatcher.change(Event.HealthChecked({ url: broken.url, health: "up" }))
    }),
  seen: Verdict.down()
})

const beforeTheFirstByte: ReadonlyArray<Playable> = [
  row({
    what: "kill -9",
    of: ["kill -9"],
    when: "before the first byte",
    modes,
    actor: still,
    strike: ({ broken }) => Effect.andThen(broken.awaitRequests(1), Effect.sync(() => broken.signal("SIGKILL"))),
    seen: Verdict.suspect("SIGKILL")
  }),
  row({
    what: "SIGSTOP: a stream's first-byte timer",
    of: ["SIGSTOP"],
    when: "before the first byte",
    modes: streaming,
    actor: still,
    settings: Breaking.impatient,
    waiting: ({ broken }) => Effect.sync(() => broken.signal("SIGSTOP")),
    seen: Verdict.suspect("nothing")
  }),
  row({
    what: "SIGSTOP: the time for everything",
    of: ["SIGSTOP"],
    when: "before the first byte",
    modes: answer,
    actor: still,
    settings: { total: 150 },
    waiting: ({ broken }) => Effect.sync(() => broken.signal("SIGSTOP")),
    seen: (mode, fleet) => ({ ...Verdict.expired(mode, fleet), broken: "nothing" })
  })
]

const inTheMiddle: ReadonlyArray<Playable> = signals.flatMap(({ name, settings, what }) => [
  row({
    what,
    of: [what],
    when: "in the middle",
    modes: streaming,
    actor: still,
    settings,
    strike: (stage) =>
      Effect.gen(function*() {
        yield* stage.broken.awaitRequests(1)
        yield* stage.broken.step(2)
        yield* Breaking.twoTokens(stage)
        stage.broken.signal(name)
      }),
    seen: Verdict.broken(2, name)
  }),
  row({
    what,
    of: [what],
    when: "in the middle",
    modes: answer,
    actor: still,
    settings,
    arm: stalling,
    strike: (stage) => Effect.andThen(halfAnAnswer(stage), Effect.sync(() => stage.broken.signal(name))),
    seen: Verdict.suspect(name)
  }),
  row({
    what: `${what}, of an answer that was too large to hold back`,
    of: [what],
    when: "in the middle",
    modes: answer,
    actor: still,
    settings: { ...settings, withheld: 64 },
    arm: stalling,
    strike: (stage) =>
      Effect.gen(function*() {
        yield* halfAnAnswer(stage)
        yield* stage.client.until((text) => text.includes("chatcmpl"))
        stage.broken.signal(name)
      }),
    seen: Verdict.brokenOff(name)
  })
])

const afterTheLastByte: Playable = row({
  what: "kill -9, and another request comes",
  of: ["kill -9"],
  when: "after the last byte",
  modes,
  only: { fleet: "beside another", because: "alone, what comes next is the row *the connection is refused*" },
  actor: going,
  strike: (stage) =>
    Effect.gen(function*() {
      yield* stage.client.closed
      yield* stage.rig.inFlight.drained
      stage.broken.signal("SIGKILL")
      yield* stage.broken.gone
      // The other's turn, then this one's.
      yield* another(stage)
      yield* another(stage)
    }),
  seen: (mode, fleet) => ({
    ...Verdict.fine("SIGKILL")(mode, fleet),
    other: "finished, finished",
    settled: Verdict.down()("answer", "beside another").settled
  })
})

export const rows: ReadonlyArray<Playable> = [waiting, ...beforeTheFirstByte, ...inTheMiddle, afterTheLastByte]
