/**
 * The branches of one model that hold tickets, in columns. A decision looks at every one of them and mostly at nothing
 * but a few numbers, which lie side by side here, where the branches themselves are far apart in memory.
 */
import { everybody, guest, ownerHigh, ownerLow } from "./Admission.ts"
import type { Open } from "./Admission.ts"
import type { Branch } from "./Room.ts"
import { effectivePriority } from "./ServiceOrder.ts"
import type { Settings } from "./Settings.ts"
import type { OrganisationAccount } from "./VirtualService.ts"

/** Row of a branch that no ticket is in. */
export const dormant = -1

const atFirst = 16

export class Frontier {
  readonly branches: Array<Branch> = []
  readonly accounts: Array<OrganisationAccount> = []
  private readonly settings: Settings
  private readonly priorities: number
  /** By row and base priority: the earliest arrival, `Infinity` where nobody waits. */
  private oldest: Float64Array
  /** The kinds that its tickets are where its organisation is the owner. */
  private tiers: Uint8Array = new Uint8Array(atFirst)
  /** The effective priority of the most urgent ticket, and until when that is so: a memo, not state. */
  private urgent: Float64Array = new Float64Array(atFirst)
  private until: Float64Array = new Float64Array(atFirst)
  /** Sets of the model's servers, one bit for each place, in words of 32: by row, those that may serve it. */
  private words = 1
  private servers: Uint32Array = new Uint32Array(atFirst)
  /** Those that would take something now, those that would take anything, and the kinds that they would take. */
  private open = new Uint32Array(1)
  private free = new Uint32Array(1)
  private kinds = 0

  constructor(settings: Settings) {
    this.settings = settings
    this.priorities = settings.bestPriority + 1
    this.oldest = new Float64Array(atFirst * this.priorities)
  }

  get size(): number {
    return this.branches.length
  }

  /** Empty as yet: `survey` and `retier` tell what comes into it. */
  add(branch: Branch): void {
    const row = this.branches.length
    if (row === this.tiers.length) this.grow()
    branch.row = row
    this.branches.push(branch)
    this.accounts.push(branch.account)
    this.oldest.fill(Infinity, row * this.priorities, (row + 1) * this.priorities)
    this.fit(branch)
  }

  /** The last takes the place of the one that goes. */
  remove(branch: Branch): void {
    const { row } = branch
    const { accounts, branches, oldest, priorities, servers, tiers, words } = this
    const last = branches.pop()!
    const account = accounts.pop()!
    branch.row = dormant
    if (last === branch) return
    const from = branches.length
    last.row = row
    branches[row] = last
    accounts[row] = account
    tiers[row] = tiers[from]!
    oldest.copyWithin(row * priorities, from * priorities, (from + 1) * priorities)
    servers.copyWithin(row * words, from * words, (from + 1) * words)
    this.forget(row)
  }

  /** Its service is counted on another account from now on. */
  move(branch: Branch, account: OrganisationAccount): void {
    branch.account = account
    if (branch.row !== dormant) this.accounts[branch.row] = account
  }

  /** The model has other servers now, so many. */
  refit(servers: number): void {
    this.words = Math.max(1, Math.ceil(servers / 32))
    this.servers = new Uint32Array(this.tiers.length * this.words)
    this.open = new Uint32Array(this.words)
    this.free = new Uint32Array(this.words)
    for (const branch of this.branches) this.fit(branch)
  }

  /** A leaf of the branch came or went. */
  retier({ entitled, leaves, row }: Branch): void {
    this.tiers[row] = (entitled < leaves.length ? ownerLow : 0) | (entitled > 0 ? ownerHigh : 0)
  }

  tiersOf({ row }: Branch): number {
    return this.tiers[row]!
  }

  oldestIn({ row }: Branch, priority: number): number {
    return this.oldest[row * this.priorities + priority]!
  }

  /** Who has waited longest there is another now. */
  survey({ row }: Branch, priority: number, oldest: number): void {
    this.oldest[row * this.priorities + priority] = oldest
    this.forget(row)
  }

  /** The effective priority of the most urgent ticket of a branch; after the clock went back, perhaps more than that. */
  urgency(row: number, now: number): number {
    return now < this.until[row]! ? this.urgent[row]! : this.weigh(row, now)
  }

  /** Remembers which servers would take something, for `isReached`. */
  face(open: ReadonlyArray<Open>): void {
    this.open.fill(0)
    this.free.fill(0)
    this.kinds = 0
    for (const { kinds, pair: { place } } of open) {
      this.kinds |= kinds
      this.open[place >>> 5]! |= 1 << (place & 31)
      if (kinds === everybody) this.free[place >>> 5]! |= 1 << (place & 31)
    }
  }

  /** Whether one of those servers may serve the branch, and would take something that waits in it. */
  isReached(row: number, open: ReadonlyArray<Open>): boolean {
    const tiers = this.tiers[row]!
    if (((tiers | tiers << guest) & this.kinds) === 0) return false
    return this.meets(row, this.free) || (this.meets(row, this.open) && this.takes(row, tiers, open))
  }

  private meets(row: number, set: Uint32Array): boolean {
    const { servers, words } = this
    for (let at = 0; at < words; at++) if ((servers[row * words + at]! & set[at]!) !== 0) return true
    return false
  }

  private takes(row: number, tiers: number, open: ReadonlyArray<Open>): boolean {
    const { name } = this.accounts[row]!
    for (const { kinds, pair: { host: { server }, place } } of open) {
      if ((this.servers[row * this.words + (place >>> 5)]! & (1 << (place & 31))) === 0) continue
      if ((kinds & (server.organisation === name ? tiers : tiers << guest)) !== 0) return true
    }
    return false
  }

  private fit({ class: { pairs }, row }: Branch): void {
    const { servers, words } = this
    servers.fill(0, row * words, (row + 1) * words)
    for (const { place } of pairs) servers[row * words + (place >>> 5)]! |= 1 << (place & 31)
  }

  private weigh(row: number, now: number): number {
    const { oldest, priorities, settings } = this
    const { ageing, bestPriority } = settings
    let most = 0
    let until = Infinity
    for (let priority = 0; priority < priorities; priority++) {
      const since = oldest[row * priorities + priority]!
      if (since === Infinity) continue
      const effective = effectivePriority(settings, priority, since, now)
      most = Math.max(most, effective)
      if (ageing === undefined || effective >= bestPriority) continue
      until = Math.min(until, since + (effective - priority + 1) * ageing)
    }
    this.urgent[row] = most
    this.until[row] = until
    return most
  }

  private forget(row: number): void {
    this.until[row] = -Infinity
  }

  private grow(): void {
    const wider = <A extends Float64Array | Uint32Array | Uint8Array>(column: A, grown: A): A => {
      grown.set(column)
      return grown
    }
    const length = 2 * this.tiers.length
    const times = (column: Float64Array) => wider(column, new Float64Array(2 * column.length))
    this.tiers = wider(this.tiers, new Uint8Array(length))
    this.servers = wider(this.servers, new Uint32Array(length * this.words))
    this.oldest = times(this.oldest)
    this.urgent = times(this.urgent)
    this.until = times(this.until)
  }
}
