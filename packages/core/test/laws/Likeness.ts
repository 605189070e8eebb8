/** Whether the core's state and the reference's world describe the same fleet and the same waiting room. */
import type { ServerState, State, TicketState } from "../../src/State.ts"
import * as Counters from "../reference/Counters.ts"
import type { ServerRecord, TicketRecord, World } from "../reference/Records.ts"

const server = ({ cold, ejectedFor, ejection, heldOffUntil, ordinal, removed }: ServerState | ServerRecord) => ({
  cold,
  ejectedFor,
  until: ejection?.until,
  because: ejection?.because,
  heldOffUntil,
  ordinal,
  removed
})

const of = (ticket: TicketState): Record<string, unknown> => ({
  waiting: ticket.waiting || (ticket.doom !== undefined && ticket.lease === undefined),
  priority: ticket.priority,
  mode: ticket.mode,
  arrivedAt: ticket.arrivedAt,
  requeues: ticket.requeues,
  waited: ticket.waited,
  organisation: ticket.ticket.caller.organisation,
  excluded: Array.from(ticket.excluded ?? [], (host) => host.ordinal).toSorted((a, b) => a - b).join(),
  doomed: ticket.doom !== undefined
})

const ofReference = (ticket: TicketRecord): Record<string, unknown> => ({
  waiting: ticket.waiting,
  priority: ticket.priority,
  mode: ticket.mode,
  arrivedAt: ticket.arrivedAt,
  requeues: ticket.requeues,
  waited: ticket.waited,
  organisation: ticket.caller.organisation,
  excluded: Array.from(ticket.excluded, ({ ordinal }) => ordinal).toSorted((a, b) => a - b).join(),
  doomed: ticket.doom !== undefined
})

/** Counters are compared by their distances: where zero is, is the core's own affair. */
const difference = (state: State, world: World): string | undefined => {
  const zeros = new Map<unknown, number>()
  for (const record of world.tickets) {
    const ticket = state.tickets.get(record.id)
    // Tickets of a model that has left keep an account that nothing is compared with.
    if (ticket?.account === undefined || record.pool === undefined || !world.models.includes(record.model!)) continue
    const [organisation, key] = Counters.serviceOf(record)
    const own = ticket.account
    const found: ReadonlyArray<readonly [unknown, number]> = [
      [record.pool, own.organisation.service - organisation],
      [own.organisation, own.service - key]
    ]
    for (const [level, zero] of found) {
      const known = zeros.get(level) ?? zero
      if (known !== zero) return `law 9: the virtual service of ${record.id} is off by ${zero - known}`
      zeros.set(level, zero)
    }
  }
  return undefined
}

const compared = (name: string, own: unknown, other: unknown): string | undefined => {
  const [left, right] = [JSON.stringify(own), JSON.stringify(other)]
  return left === right ? undefined : `law 9: ${name} is ${left}, the reference says ${right}`
}

export const fault = (state: State, world: World): string | undefined => {
  if (state.servers.size !== world.servers.length) return "law 9: another number of servers than in the reference"
  for (const record of world.servers) {
    const host = state.servers.get(record.server.url)
    const wrong = host === undefined
      ? "law 9: a server is missing"
      : compared(record.server.url, server(host), server(record))
    if (wrong !== undefined) return wrong
  }
  if (state.tickets.size !== world.tickets.length) return "law 9: another number of tickets than in the reference"
  for (const record of world.tickets) {
    const ticket = state.tickets.get(record.id)
    const wrong = ticket === undefined
      ? `law 9: ${record.id} is missing`
      : compared(record.id, of(ticket), ofReference(record))
    if (wrong !== undefined) return wrong
  }
  return difference(state, world)
}
