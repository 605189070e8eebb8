/** One row of the fault matrix: what breaks and when, and for each kind of request what must be seen of it. */
import type { Settings as DispatcherSettings } from "@aiguilleur/core/Settings"
import type { Effect, Scope } from "effect"
import type { Settings } from "../../src/GatewaySettings.ts"
import type { Raw } from "../Raw.ts"
import type { Rig } from "../Rig.ts"
import type { Actor } from "./Actor.ts"
import type { Fleet, Mode, Moment } from "./Column.ts"
import type { Fault } from "./Coverage.ts"

/** What a fault can be played with. */
export interface Stage<A extends Actor = Actor> {
  readonly rig: Rig
  /** The server that breaks. */
  readonly broken: A
  readonly client: Raw
  readonly mode: Mode
}

export interface Seen {
  readonly client: string
  readonly sdk: string
  /** Of the server that breaks: what became of each request that it received. */
  readonly broken: string
  readonly other: string
  /** Each lease with its outcome and tokens, then how the request ended. */
  readonly settled: string
}

type Act<A extends Actor> = (stage: Stage<A>) => Effect.Effect<void, unknown, Scope.Scope>

export interface Row<A extends Actor = Actor> {
  readonly what: string
  /** Which of the faults that the matrix answers for; absent for what else may happen. */
  readonly of?: ReadonlyArray<Fault>
  readonly when: Moment
  readonly modes: ReadonlyArray<Mode>
  /** With both fleets, when absent. */
  readonly only?: { readonly fleet: Fleet; readonly because: string }
  readonly actor: Effect.Effect<A, unknown, Scope.Scope>
  readonly settings?: Partial<Settings>
  readonly dispatcher?: Partial<DispatcherSettings>
  readonly patience?: number
  /** What the request asks beside its five tokens. */
  readonly body?: Readonly<Record<string, unknown>>
  /** Before the request is sent. */
  readonly arm?: Act<A>
  /** While it waits. */
  readonly waiting?: Act<A>
  /** Once a server has been granted to it. */
  readonly strike?: Act<A>
  /** When everything else has been seen. */
  readonly after?: Act<A>
  /** A socket that outlives the gateway for a moment, and why: it is looked for in a test of its own. */
  readonly lingering?: string
  readonly seen: (mode: Mode, fleet: Fleet) => Seen
}

/** A row whose kind of server no longer matters. */
export interface Playable extends Omit<Row, "actor" | "arm" | "waiting" | "strike" | "after"> {
  readonly use: <R>(play: <A extends Actor>(row: Row<A>) => R) => R
}

export const row = <A extends Actor>(row: Row<A>): Playable => ({ ...row, use: (play) => play(row) })
