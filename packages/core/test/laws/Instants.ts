/** Every instant at which time alone could change anything in the reference, and a few at which it should not. */
import type { World } from "../reference/Records.ts"
import * as Verdict from "../reference/Verdict.ts"

/** Strictly between two instants, in order. */
export const between = (world: World, after: number, before: number): ReadonlyArray<number> => {
  const { settings: { ageing, grace, ttftWindow } } = world
  const instants = new Set<number>([after + 1, Math.floor((after + before) / 2), before - 1])
  for (const { figure } of world.pairs) {
    for (const { at } of [...figure.own, ...figure.engine]) instants.add(at + ttftWindow)
  }
  for (const { drainingSince, downSince, ejection, heldOffUntil } of world.servers) {
    instants.add(heldOffUntil)
    if (ejection !== undefined) instants.add(ejection.until)
    if (downSince !== undefined) instants.add(downSince + grace)
    if (drainingSince !== undefined) instants.add(drainingSince + grace)
  }
  for (const { unknownSince, unknownUntil } of world.pairs) {
    instants.add(unknownUntil)
    if (unknownSince !== undefined) instants.add(unknownSince + grace)
  }
  for (const ticket of world.tickets) {
    if (!ticket.waiting || ticket.model === undefined) continue
    instants.add(Verdict.patienceEnd(ticket))
    instants.add(Verdict.totalEnd(world, ticket))
    instants.add(ticket.arrivedAt + grace)
    if (ageing !== undefined) {
      instants.add(ticket.arrivedAt + ageing * (1 + Math.floor((after - ticket.arrivedAt) / ageing)))
    }
  }
  return [...instants].filter((instant) => instant > after && instant < before).toSorted((a, b) => a - b)
}
