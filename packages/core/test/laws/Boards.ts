/** Whether a board taken from the state agrees with counting everything, and names an obstacle where there is one. */
import { admitted } from "../../src/Admission.ts"
import { obstacle } from "../../src/Obstacle.ts"
import type { State } from "../../src/State.ts"
import { board } from "../../src/Survey.ts"

const kinds = [1, 2, 4, 8]

const sum = (items: ReadonlyArray<{ readonly count: number }>): number =>
  items.reduce((total, { count }) => total + count, 0)

export const fault = (state: State, now: number): string | undefined => {
  for (const model of state.models.values()) {
    for (const pair of model.pairs) {
      const bits = admitted(state, model, pair, now)
      const { host: { leases, server: { maxConcurrent, url } }, ttft } = pair
      for (const kind of kinds) {
        const why = obstacle(state, model, pair, now, kind)
        if ((why === undefined) !== ((bits & kind) !== 0)) return `${url} admits ${bits}, for ${kind} it shows ${why}`
        if (why === "full" && leases < maxConcurrent) return `${url} is shown as full with ${leases} leases`
        if (why === "slow" && !((ttft.figure(now) ?? 0) > model.model.ttftThreshold)) return `${url} is shown as slow`
      }
    }
  }
  const shown = board(state, now)
  for (const { longest, name, waiting } of shown.models) {
    const model = state.models.get(name)!
    if (sum(waiting) !== model.waiting) {
      return `the board shows ${sum(waiting)} waiting for ${name}, not ${model.waiting}`
    }
    const oldest = Math.min(...waiting.map(({ oldest }) => oldest))
    const first = longest[0]?.arrivedAt ?? Infinity
    if (first !== oldest) return `the board shows ${first} as the longest wait for ${name}, not ${oldest}`
    const idle = longest.find(({ failed, obstacles, servers }) =>
      sum(obstacles.map(([, count]) => ({ count }))) + failed !== servers
    )
    if (idle !== undefined) return `the board does not say why ${idle.ticket} waits`
  }
  for (const { holders, leases, url } of shown.servers) {
    if (sum(holders) !== leases) return `the board shows ${sum(holders)} leases on ${url}, not ${leases}`
  }
  return undefined
}
