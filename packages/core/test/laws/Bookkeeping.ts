/** Whether the core's indexes, counters and links still say what counting everything says. */
import { eligible } from "../../src/Admission.ts"
import type { Pace } from "../../src/Pace.ts"
import type { Branch, ConstraintClass, Leaf } from "../../src/Room.ts"
import type { ModelState, State, TicketState } from "../../src/State.ts"
import type { KeyAccount, Pool } from "../../src/VirtualService.ts"

const faultOfLeaf = (leaf: Leaf, index: number, seen: Set<TicketState>): string | undefined => {
  if (leaf.branch.leaves[leaf.index] !== leaf || leaf.index !== index || leaf.class.byKey.get(leaf.id) !== leaf) {
    return `leaf ${leaf.id} is misplaced`
  }
  if (leaf.head === undefined) return `leaf ${leaf.id} is empty`
  let previous: TicketState | undefined
  for (let ticket: TicketState | undefined = leaf.head; ticket !== undefined; ticket = ticket.next) {
    const { id } = ticket.ticket
    if (ticket.previous !== previous || ticket.leaf !== leaf || !ticket.waiting) return `${id} is badly linked`
    if (ticket.account !== leaf.account) return `${id} is in a leaf with another account`
    if (ticket.class !== leaf.class || ticket.priority !== leaf.priority) return `${id} is in another's leaf`
    if (previous === undefined && leaf.since !== ticket.arrivedAt) return `leaf ${leaf.id} has the wrong age`
    if (previous !== undefined && previous.arrivedAt > ticket.arrivedAt) return `${id} stands behind a younger ticket`
    seen.add(ticket)
    previous = ticket
  }
  return leaf.tail === previous ? undefined : `leaf ${leaf.id} has the wrong tail`
}

const faultOfBranch = (state: State, room: ConstraintClass, branch: Branch, index: number): string | undefined => {
  const { account, entitled, leaves, organisation } = branch
  if (branch.index !== index || room.byOrganisation.get(organisation) !== branch) {
    return `branch ${organisation} is misplaced`
  }
  if (leaves.length === 0) return `branch ${organisation} is empty`
  if (leaves.some((leaf) => leaf.account.organisation !== account)) return `branch ${organisation} has a stale account`
  const { accounts, branches } = room.model.frontier
  if (branches[branch.row] !== branch || branch.class !== room || accounts[branch.row] !== account) {
    return `branch ${organisation} is misplaced in the frontier`
  }
  for (let priority = 0; priority <= state.settings.bestPriority; priority++) {
    const since = Math.min(...leaves.filter((leaf) => leaf.priority === priority).map(({ since }) => since))
    if (since !== room.model.frontier.oldestIn(branch, priority)) {
      return `branch ${organisation} has the wrong oldest of priority ${priority}`
    }
  }
  const high = leaves.filter(({ priority }) => priority >= state.settings.bestPriority - 1).length
  const tiers = (high < leaves.length ? 1 : 0) + (high > 0 ? 2 : 0)
  if (room.model.frontier.tiersOf(branch) !== tiers) return `branch ${organisation} is of the wrong tiers`
  return high === entitled ? undefined : `branch ${organisation} counts ${entitled} entitled leaves, not ${high}`
}

const faultOfClass = (model: ModelState, room: ConstraintClass): string | undefined => {
  const entitled = room.branches.reduce((sum, branch) => sum + branch.entitled, 0)
  if (entitled !== room.entitled) return `class ${room.id} counts ${room.entitled} entitled leaves, not ${entitled}`
  const pairs = eligible(model.pairs, room)
  const same = pairs.length === room.pairs.length && pairs.every((pair, at) => pair === room.pairs[at])
  return same && pairs.every(({ host }) => room.hosts.has(host)) ? undefined : `class ${room.id} is stale`
}

const faultOfAccounts = (state: State): string | undefined => {
  const pools = new Set(Array.from(state.models.values(), ({ pool }) => pool))
  const counts = new Map<KeyAccount, number>()
  for (const { account, model, ticket } of state.tickets.values()) {
    if (account === undefined) continue
    counts.set(account, (counts.get(account) ?? 0) + 1)
    const pool: Pool = model!.pool
    const organisation = pool.accounts.get(account.organisation.name)
    if (organisation !== account.organisation) return `${ticket.id} is charged to a forgotten organisation account`
    if (organisation.keys.accounts.get(account.key) !== account) {
      return `${ticket.id} is charged to a forgotten key account`
    }
  }
  for (const pool of pools) {
    for (const { active, keys, name } of pool.accounts.values()) {
      let sum = 0
      for (const account of keys.accounts.values()) {
        if (account.active !== (counts.get(account) ?? 0)) return `key ${account.key} counts ${account.active} tickets`
        sum += account.active
      }
      if (sum !== active) return `organisation ${name} counts ${active} tickets, its keys ${sum}`
    }
  }
  return undefined
}

/** Of one model, with the work of those that wait in each. */
const faultOfLines = (state: State, model: ModelState): string | undefined => {
  const counts = new Map<Pace, { waiting: number; work: number }>()
  for (const { line, model: of, size, waiting } of state.tickets.values()) {
    if (of !== model || !waiting) continue
    for (const pace of [line!, model.pace]) {
      const count = counts.get(pace) ?? { waiting: 0, work: 0 }
      counts.set(pace, { waiting: count.waiting + 1, work: count.work + size })
    }
  }
  for (const pace of [...model.lines.values(), model.pace]) {
    const { waiting, work } = counts.get(pace) ?? { waiting: 0, work: 0 }
    if (pace.waiting !== waiting) return `a line counts ${pace.waiting} waiting, not ${waiting}`
    if (pace.work !== work) return `a line counts ${pace.work} tokens of work, not ${work}`
    counts.delete(pace)
  }
  return counts.size === 0 ? undefined : "a ticket stands in a forgotten line"
}

export const fault = (state: State): string | undefined => {
  const { journal, settings: { explained } } = state
  if (journal.size > state.tickets.size + explained) return `the journal remembers ${journal.size} tickets`
  const seen = new Set<TicketState>()
  for (const host of state.servers.values()) {
    const { headroom, maxConcurrent, url } = host.server
    const { draining, ejection, heldOffUntil } = host
    const isKept = ejection !== undefined || draining !== undefined || state.now < heldOffUntil ||
      [...host.pairs.values()].some(({ unknownUntil }) => state.now < unknownUntil)
    if (isKept && !state.ailing.has(host)) return `${url} ails, and nobody looks at it`
    if (state.roomy.has(host) !== (host.leases < maxConcurrent + headroom)) return `${url} has room, or has none`
  }
  if (![...state.roomy, ...state.ailing].every((host) => state.servers.get(host.server.url) === host)) {
    return "a server is forgotten"
  }
  for (const model of state.models.values()) {
    const size = [...model.classes.values()].reduce((sum, { branches }) => sum + branches.length, 0)
    if (size !== model.frontier.size) return `the frontier of ${model.model.name} has ${model.frontier.size} branches`
    if (model.pairs.some((pair, at) => pair.place !== at || pair.host.pairs.get(model) !== pair)) {
      return `model ${model.model.name} has a misplaced pair`
    }
    const stranded = [...model.classes.values()].filter(({ pairs }) => pairs.length === 0)
    if (stranded.length !== model.stranded.length || !stranded.every((room) => model.stranded.includes(room))) {
      return `model ${model.model.name} does not know which classes are stranded`
    }
    let waiting = 0
    for (const room of model.classes.values()) {
      for (const [index, branch] of room.branches.entries()) {
        const wrong = faultOfBranch(state, room, branch, index) ??
          branch.leaves.map((leaf, at) => faultOfLeaf(leaf, at, seen)).find((fault) => fault !== undefined)
        if (wrong !== undefined) return wrong
      }
      const wrong = room.branches.length === 0 ? undefined : faultOfClass(model, room)
      if (wrong !== undefined) return wrong
    }
    for (const ticket of state.tickets.values()) if (ticket.model === model && ticket.waiting) waiting++
    if (waiting !== model.waiting) return `model ${model.model.name} counts ${model.waiting} waiting, not ${waiting}`
    const wrong = faultOfLines(state, model)
    if (wrong !== undefined) return wrong
  }
  for (const ticket of state.retries) {
    if (seen.has(ticket) || !ticket.waiting) return `${ticket.ticket.id} is wrongly among the retries`
    const wrong = faultOfClass(ticket.model!, ticket.class!)
    if (wrong !== undefined) return wrong
    seen.add(ticket)
  }
  for (const ticket of state.tickets.values()) {
    if (ticket.waiting !== seen.has(ticket)) return `${ticket.ticket.id} waits nowhere`
  }
  if (state.deadlines.size !== seen.size) return `${state.deadlines.size} deadlines for ${seen.size} waiting tickets`
  for (const host of state.servers.values()) {
    const leases = [...state.leases.values()].filter((lease) => lease.host === host)
    const guests = leases.filter(({ ticket }) => ticket.ticket.caller.organisation !== host.server.organisation)
    if (leases.length !== host.leases) return `${host.server.url} counts ${host.leases} leases, not ${leases.length}`
    if (guests.length !== host.guests) return `${host.server.url} counts ${host.guests} guests, not ${guests.length}`
  }
  return faultOfAccounts(state)
}
