/**
 * The branches of one model that hold tickets, in columns. A decision looks at every one of them and mostly at nothing
 * but a few numbers, which lie side by side here, where the branches themselves are far apart in memory.
 */
import { effectivePriority } from "./ServiceOrder.ts"
import type { Settings } from "./Settings.ts"
import type { Branch, ConstraintClass } from "./State.ts"
import type { OrganisationAccount } from "./VirtualService.ts"

/** Row of a branch that no ticket is in. */
export const dormant = -1

export class Frontier {
  readonly branches: Array<Branch> = []
  readonly rooms: Array<ConstraintClass> = []
  readonly accounts: Array<OrganisationAccount> = []
  private readonly settings: Settings
  private readonly lanes: number
  /** By row and base priority: the earliest arrival, `Infinity` where nobody waits. */
  private oldest
  /** The effective priority of the most urgent ticket, and from when and until when that is so: a memo, not state. */
  private urgent = new Float64Array(16)
  private from = new Float64Array(16)
  private until = new Float64Array(16)

  constructor(settings: Settings) {
    this.settings = settings
    this.lanes = settings.bestPriority + 1
    this.oldest = new Float64Array(16 * this.lanes)
  }

  get size(): number {
    return this.branches.length
  }

  add(room: ConstraintClass, branch: Branch): void {
    const row = this.branches.length
    if (row === this.until.length) this.grow()
    branch.row = row
    this.branches.push(branch)
    this.rooms.push(room)
    this.accounts.push(branch.account)
    this.oldest.fill(Infinity, row * this.lanes, (row + 1) * this.lanes)
    this.forget(row)
  }

  /** The last takes the place of the one that goes. */
  remove(branch: Branch): void {
    const { row } = branch
    const last = this.branches.pop()!
    const room = this.rooms.pop()!
    const account = this.accounts.pop()!
    branch.row = dormant
    if (last === branch) return
    last.row = row
    this.branches[row] = last
    this.rooms[row] = room
    this.accounts[row] = account
    const from = this.branches.length * this.lanes
    this.oldest.copyWithin(row * this.lanes, from, from + this.lanes)
    this.forget(row)
  }

  /** Its service is counted on another account from now on. */
  move(branch: Branch, account: OrganisationAccount): void {
    branch.account = account
    if (branch.row !== dormant) this.accounts[branch.row] = account
  }

  oldestIn({ row }: Branch, priority: number): number {
    return this.oldest[row * this.lanes + priority]!
  }

  /** Who has waited longest there is another now. */
  survey({ row }: Branch, priority: number, oldest: number): void {
    this.oldest[row * this.lanes + priority] = oldest
    this.forget(row)
  }

  /** The effective priority of the most urgent ticket of a branch. */
  urgency(row: number, now: number): number {
    return now >= this.from[row]! && now < this.until[row]! ? this.urgent[row]! : this.weigh(row, now)
  }

  private weigh(row: number, now: number): number {
    const { lanes, oldest, settings } = this
    const { ageing, bestPriority } = settings
    let most = 0
    let until = Infinity
    for (let priority = 0; priority < lanes; priority++) {
      const since = oldest[row * lanes + priority]!
      if (since === Infinity) continue
      const effective = effectivePriority(settings, priority, since, now)
      most = Math.max(most, effective)
      if (ageing === undefined || effective >= bestPriority) continue
      until = Math.min(until, since + (effective - priority + 1) * ageing)
    }
    this.urgent[row] = most
    this.from[row] = now
    this.until[row] = until
    return most
  }

  private forget(row: number): void {
    this.until[row] = -Infinity
  }

  private grow(): void {
    const wider = (column: Float64Array) => {
      const grown = new Float64Array(2 * column.length)
      grown.set(column)
      return grown
    }
    this.oldest = wider(this.oldest)
    this.urgent = wider(this.urgent)
    this.from = wider(this.from)
    this.until = wider(this.until)
  }
}
