/**
 * The shadow: on one event in twenty a model's second pair of strategy and policy decides beside the one that acts, on
 * the same state, instant and dice. What it would have done otherwise is counted and forgotten: the next decision
 * starts again from what was really done, so these are differences of one step.
 */
import { Schema } from "effect"
import { Decider } from "./Model.ts"
import type { Decision } from "./Schedule.ts"
import { schedule } from "./Schedule.ts"
import type { ModelState, State } from "./State.ts"

/** Who would have gone where. */
const Move = Schema.Struct({
  ticket: Schema.String,
  organisation: Schema.String,
  key: Schema.String,
  priority: Schema.Int,
  server: Schema.String
})
interface Move extends Schema.Schema.Type<typeof Move> {}

/** The same ticket goes elsewhere; another one goes; it waits instead of going; one goes instead of waiting. */
export const kinds = ["elsewhere", "another", "waits", "goes"] as const
export type Kind = typeof kinds[number]

const Difference = Schema.Struct({
  /** Epoch milliseconds. */
  at: Schema.Finite,
  kind: Schema.Literals(kinds),
  acted: Schema.NullOr(Move),
  shadow: Schema.NullOr(Move)
})

/** What one shadow of one model has seen. */
export const Tally = Schema.Struct({
  model: Schema.String,
  acting: Decider,
  shadow: Decider,
  /** Epoch milliseconds of its first and its last decision. */
  since: Schema.Finite,
  until: Schema.Finite,
  /** Decisions in which a request went, or would have gone. */
  decisions: Schema.Int,
  elsewhere: Schema.Int,
  another: Schema.Int,
  waits: Schema.Int,
  goes: Schema.Int,
  /** Decisions in which the shadow threw instead. */
  failed: Schema.Int,
  /** The latest, oldest first. */
  latest: Schema.Array(Difference)
})
export interface Tally extends Schema.Schema.Type<typeof Tally> {}

type Counting = { -readonly [Field in keyof Tally]: Tally[Field] }

export const mostListed = 50

/** Of both there is one tally for each pair of pairs that a model has had. */
export const idOf = ({ acting, model, shadow }: Pick<Tally, "acting" | "model" | "shadow">): string =>
  [model, acting.strategy, acting.policy, shadow.strategy, shadow.policy].join("\u0000")

/** The later of two tallies of the same pairs is added to the earlier. */
export const added = (before: Tally, after: Tally): Tally => ({
  ...after,
  since: before.since,
  decisions: before.decisions + after.decisions,
  elsewhere: before.elsewhere + after.elsewhere,
  another: before.another + after.another,
  waits: before.waits + after.waits,
  goes: before.goes + after.goes,
  failed: before.failed + after.failed,
  latest: [...before.latest, ...after.latest].slice(-mostListed)
})

const share = 1 / 20

/** Steps of the golden section fall evenly, and into step with nothing that repeats itself: every second event, say. */
const golden = (Math.sqrt(5) - 1) / 2

const moveOf = (decision: Decision): Move | null => {
  if (decision._tag !== "Assign") return null
  const { priority, ticket: { caller, id } } = decision.ticket
  return { ticket: id, organisation: caller.organisation, key: caller.key, priority, server: decision.url }
}

const kindOf = (acted: Move | null, shadow: Move | null): Kind | undefined => {
  if (acted === null) return "goes"
  if (shadow === null) return "waits"
  if (acted.ticket !== shadow.ticket) return "another"
  return acted.server === shadow.server ? undefined : "elsewhere"
}

/** The model that a decision is about, if it has a shadow. */
const watched = (decision: Decision): ModelState | undefined => {
  const model = decision._tag === "Assign" ? decision.ticket.model : undefined
  return model?.model.shadow === undefined ? undefined : model
}

export class Shadow {
  private phase = 0
  private tallies = new Map<string, Counting>()

  /** Whether the event that was just applied is one of those that it looks at. */
  due({ models }: State): boolean {
    this.phase += golden
    if (this.phase >= 1) this.phase -= 1
    if (this.phase >= share) return false
    for (const { model } of models.values()) if (model.shadow !== undefined) return true
    return false
  }

  /** Decides as well; whatever comes of it, nothing changes but its own counts. */
  compare(state: State, now: number, roll: number, acted: Decision): void {
    let decision: Decision
    try {
      decision = schedule({ ...state, shadowed: true }, now, roll)
    } catch {
      for (const { model } of state.models.values()) if (model.shadow !== undefined) this.tallyOf(model, now).failed++
      return
    }
    const model = watched(acted) ?? watched(decision)
    if (model === undefined) return
    const tally = this.tallyOf(model.model, now)
    tally.decisions++
    const moves = { acted: moveOf(acted), shadow: moveOf(decision) }
    const kind = kindOf(moves.acted, moves.shadow)
    if (kind === undefined) return
    tally[kind]++
    tally.latest = [...tally.latest, { at: now, kind, ...moves }].slice(-mostListed)
  }

  /** What was seen since this was last asked. */
  drain(): ReadonlyArray<Tally> {
    const drained = [...this.tallies.values()]
    this.tallies = new Map()
    return drained
  }

  private tallyOf(model: ModelState["model"], now: number): Counting {
    const { name, policy, shadow, strategy } = model
    const pairs = { model: name, acting: { strategy, policy }, shadow: shadow! }
    const id = idOf(pairs)
    let tally = this.tallies.get(id)
    if (tally === undefined) {
      const none = { decisions: 0, elsewhere: 0, another: 0, waits: 0, goes: 0, failed: 0, latest: [] }
      this.tallies.set(id, tally = { ...pairs, since: now, until: now, ...none })
    }
    tally.until = now
    return tally
  }
}
