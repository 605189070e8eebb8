/** What a lease has cost when it comes back: with the engine's figures, with what was counted, or as was expected. */
import { learn, learnPace } from "../Expectation.ts"
import type { Outcome } from "../Outcome.ts"
import type { LeaseState, State } from "../State.ts"
import { settle } from "../VirtualService.ts"
import type { Basis, Cost, Usage } from "../Work.ts"
import { isSeconds, isTokens, mostTokens, total } from "../Work.ts"

interface Settled {
  readonly cost: Cost
  /** Undefined where nothing was done. */
  readonly basis: Basis | undefined
}

/** Without a report, work that was refused cost nothing, and work that was done cost its estimate. */
const unreported = (outcome: Outcome, estimate: Cost): Settled =>
  outcome._tag === "Served" || outcome._tag === "Broken" || outcome._tag === "Expired"
    ? { cost: estimate, basis: "estimated" }
    : { cost: { prompt: 0, output: 0 }, basis: undefined }

/** What is missing, or cannot be meant, stands at its estimate. */
const reported = (usage: Usage, estimate: Cost, secondCost: number): Settled => {
  const known = usage.reported ? "reported" : "counted"
  if (isSeconds(usage.seconds)) {
    return { cost: { prompt: Math.min(mostTokens, secondCost * usage.seconds), output: 0 }, basis: known }
  }
  const { outputTokens, promptTokens } = usage
  return {
    cost: {
      prompt: isTokens(promptTokens) ? promptTokens : estimate.prompt,
      output: isTokens(outputTokens) ? outputTokens : estimate.output
    },
    basis: isTokens(promptTokens) && isTokens(outputTokens) ? known : "estimated"
  }
}

const isAbsurd = ({ absurd, outputTokens, promptTokens, seconds }: Usage): boolean =>
  absurd === true || (outputTokens !== undefined && !isTokens(outputTokens)) ||
  (promptTokens !== undefined && !isTokens(promptTokens)) || (seconds !== undefined && !isSeconds(seconds))

/** Corrects what the grant was charged, and teaches the model; says what it did. */
export const settled = (
  state: State,
  lease: LeaseState,
  outcome: Outcome,
  usage: Usage | undefined
): { readonly cost: number; readonly basis: Basis | undefined; readonly absurd: boolean } => {
  const { record: { estimate, grantedAt }, ticket, weight } = lease
  const { basis, cost } = usage === undefined
    ? unreported(outcome, estimate)
    : reported(usage, estimate, state.settings.secondCost)
  const model = ticket.model!
  settle(ticket.account!, total(estimate), total(cost), weight)
  if (basis !== undefined) {
    model.settled[basis]++
    learnPace(model.expected, total(cost), state.now - grantedAt)
  }
  const absurd = usage !== undefined && isAbsurd(usage)
  if (absurd) model.settled.absurd++
  if (usage !== undefined && outcome._tag === "Served") learn(model.expected, ticket.ticket.work, usage)
  return { cost: total(cost), basis, absurd }
}
