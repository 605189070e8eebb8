/** Makes a failing history small: first leaves steps out, then simplifies those that are left. */
import type { History, Step } from "./History.ts"

/** Whether a history still fails in the same way. */
export type Fails = (history: History) => boolean

const without = (steps: ReadonlyArray<Step>, from: number, count: number): ReadonlyArray<Step> => [
  ...steps.slice(0, from),
  ...steps.slice(from + count)
]

const leaveOut = (history: History, fails: Fails): History => {
  let smallest = history
  for (let count = Math.ceil(history.steps.length / 2); count >= 1; count = count === 1 ? 0 : Math.ceil(count / 2)) {
    let from = 0
    while (from < smallest.steps.length) {
      const candidate = { ...smallest, steps: without(smallest.steps, from, count) }
      if (fails(candidate)) smallest = candidate
      else from += count
    }
  }
  return smallest
}

/** Simpler forms of a step, the simplest first. */
const simpler = (step: Step): ReadonlyArray<Step> => {
  switch (step._tag) {
    case "Pass":
      return [0, 1, 1_000, 10_000, Math.floor(step.ms / 2)].filter((ms) => ms < step.ms).map((ms) => ({ ...step, ms }))
    case "Arrive": {
      const plain = { mode: undefined, kinds: undefined, priority: undefined, maxWait: undefined, work: undefined }
      return [
        { ...step, ...plain },
        ...Object.entries(plain).map(([field, value]) => ({ ...step, [field]: value }))
      ]
    }
    case "Release":
      return [{ ...step, usage: undefined, at: 0 }, { ...step, at: 0 }, { ...step, usage: undefined }]
    case "Change":
      return step.change._tag === "ServerChanged"
        ? [{ ...step, change: { ...step.change, server: { ...step.change.server, headroom: 0, ownerReserve: 0 } } }]
        : []
    default:
      return []
  }
}

const simplify = (history: History, fails: Fails): History => {
  let smallest = history
  for (let at = 0; at < smallest.steps.length; at++) {
    for (const step of simpler(smallest.steps[at]!)) {
      if (JSON.stringify(step) === JSON.stringify(smallest.steps[at])) continue
      const candidate = { ...smallest, steps: smallest.steps.with(at, step) }
      if (!fails(candidate)) continue
      smallest = candidate
      break
    }
  }
  return smallest
}

export const shrink = (history: History, fails: Fails): History => {
  let smallest = history
  for (let round = 0; round < 4; round++) {
    const next = simplify(leaveOut(smallest, fails), fails)
    if (JSON.stringify(next) === JSON.stringify(smallest)) break
    smallest = next
  }
  return smallest
}
