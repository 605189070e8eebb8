/** `aiguilleur shadow`: what the pairs that are tried in the shadow of others would have done otherwise. */
import * as Shadow from "@aiguilleur/core/Shadow"
import { Keys } from "@aiguilleur/store/Keys"
import { Shadows } from "@aiguilleur/store/Shadows"
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import * as KeyFlags from "./KeyFlags.ts"
import { Rejected } from "./Refusal.ts"
import { table } from "./Table.ts"

const words: Readonly<Record<Shadow.Kind, string>> = {
  elsewhere: "the same request to another server",
  another: "another request first",
  waits: "a request kept waiting that went",
  goes: "a request sent that waited"
}

type Difference = Shadow.Tally["latest"][number]
type Named = (key: string) => string

const percent = (part: number, whole: number): string => whole === 0 ? "" : `${(100 * part / whole).toFixed(1)} %`

const instant = (at: number): string => new Date(at).toISOString()

const move = (move: Difference["acted"], named: Named): string =>
  move === null ? "waits" : `${named(move.key)} (${move.organisation}, ${move.priority}) to ${move.server}`

const paragraph = (tally: Shadow.Tally, shown: number, named: Named): string => {
  const { acting, decisions, failed, model, shadow, since, until } = tally
  const different = Shadow.kinds.reduce((sum, kind) => sum + tally[kind], 0)
  const latest = shown === 0 ? [] : tally.latest.slice(-shown)
  return [
    `${model}: ${acting.strategy} + ${acting.policy} acts, ${shadow.strategy} + ${shadow.policy} in its shadow`,
    `  from ${instant(since)} to ${instant(until)}, ${decisions} decisions looked at, ${different} of them different`,
    ...(failed === 0 ? [] : [`  ${failed} decisions in which the shadow failed`]),
    ...Shadow.kinds.filter((kind) => tally[kind] > 0).map((kind) =>
      `  ${String(tally[kind]).padStart(8)}  ${percent(tally[kind], decisions).padStart(7)}  ${words[kind]}`
    ),
    ...(latest.length === 0 ? [] : [
      "",
      ...table(
        ["WHEN", "WHAT", "DONE", "IN THE SHADOW"],
        latest.toReversed().map((one) => [
          instant(one.at),
          words[one.kind],
          move(one.acted, named),
          move(one.shadow, named)
        ])
      ).split("\n").map((line) => `  ${line}`)
    ]),
    ""
  ].join("\n")
}

const nothing = "No shadow has seen anything yet. Give a model `shadow: { strategy: …, policy: … }` in the "
  + "configuration file of a running gateway, reload it, and ask again when there was traffic."

export const shadow = Command.make(
  "shadow",
  {
    model: Flag.String("model").pipe(Flag.withDescription("One of them alone"), Flag.optional),
    last: Flag.Int("last").pipe(
      Flag.filter((count) => count >= 0, (count) => `Expected a number of at least 0, found ${count}`),
      Flag.withDescription(`How many of the latest differences to list, at most ${Shadow.mostListed}; 10 unless told`),
      Flag.withDefault(10)
    ),
    forget: Flag.Boolean("forget").pipe(
      Flag.withDescription("Begin to count anew, after this was printed"),
      Flag.withDefault(false)
    ),
    json: KeyFlags.json
  },
  Effect.fn("Shadow.run")(function*({ forget, json, last, model }) {
    const shadows = yield* Shadows
    const all = yield* shadows.list
    const tallies = all.filter((tally) => Option.isNone(model) || tally.model === model.value)
    if (tallies.length === 0 && all.length > 0) {
      const names = [...new Set(all.map((tally) => tally.model))].join(", ")
      return yield* new Rejected({
        message: `No shadow of ${Option.getOrThrow(model)} has seen anything; of ${names}.`
      })
    }
    if (json) yield* Console.log(JSON.stringify(tallies, null, 2))
    else if (tallies.length === 0) yield* Console.log(nothing)
    else {
      const ids = tallies.flatMap(({ latest }) =>
        latest.flatMap(({ acted, shadow }) => [acted, shadow].flatMap((move) => move === null ? [] : [move.key]))
      )
      const names = new Map((yield* (yield* Keys).findAll([...new Set(ids)])).map(({ id, name }) => [id, name]))
      for (const tally of tallies) yield* Console.log(paragraph(tally, last, (key) => names.get(key) ?? key))
    }
    if (forget) yield* shadows.forget
  })
).pipe(
  Command.withDescription(
    "What the pairs of strategy and policy that are tried beside others would have done otherwise"
  ),
  Command.withExamples([
    { command: "aiguilleur shadow", description: "Counts, and the ten latest differences of each" },
    { command: "aiguilleur shadow --model mistral31-24b --last 50", description: "One model's, and more of them" }
  ])
)
