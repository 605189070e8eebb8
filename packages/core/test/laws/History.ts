/**
 * Histories as data: steps that name what they concern by numbers, so that any of them can be left out and the rest
 * still means something. That is what makes them shrink.
 */
import type { RoutingMode } from "../../src/Caller.ts"
import type { Change } from "../../src/Event.ts"
import type { Outcome } from "../../src/Outcome.ts"
import type { ServerKind } from "../../src/Server.ts"
import type { Settings } from "../../src/Settings.ts"
import type { Usage, Work } from "../../src/Work.ts"

export type Step =
  | { readonly _tag: "Change"; readonly change: Change }
  | {
    readonly _tag: "Arrive"
    readonly key: string
    readonly model: string
    readonly priority: number | undefined
    readonly mode: RoutingMode | undefined
    readonly kinds: ReadonlyArray<ServerKind> | undefined
    readonly maxWait: number | undefined
    readonly work: Work | undefined
  }
  /** `at` in [0, 1) picks one of the leases there are, or one of the tickets that wait. */
  | { readonly _tag: "FirstData"; readonly at: number; readonly ttft: number }
  | {
    readonly _tag: "Release"
    readonly at: number
    readonly outcome: Outcome
    readonly usage: Usage | undefined
    readonly retry: boolean
  }
  | { readonly _tag: "Withdraw"; readonly at: number }
  /** Time passes; wake-ups ring on the way. */
  | { readonly _tag: "Pass"; readonly ms: number }
  /** The clock is set back. */
  | { readonly _tag: "Back"; readonly ms: number }
  /** The next step joins the same pass. */
  | { readonly _tag: "Together" }

export interface History {
  readonly seed: number
  readonly settings: Settings
  readonly steps: ReadonlyArray<Step>
}

const stepOf = (step: Step): string => {
  const { _tag, ...rest } = step._tag === "Change" ? step.change : step
  return `${_tag} ${JSON.stringify(rest)}`
}

export const print = ({ seed, settings, steps }: History): string =>
  [`seed ${seed}`, JSON.stringify(settings), ...steps.map((step, at) => `${at}. ${stepOf(step)}`)].join("\n")
