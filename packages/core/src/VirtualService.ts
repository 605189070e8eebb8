/**
 * How much service each organisation, and below it each key, has had: the Virtual Token Counter of
 * Sheng et al., "Fairness in Serving Large Language Models" (arXiv 2401.00588), weighted, on two levels.
 */

/** Integer units of virtual service for one unit of cost at weight 1, so that sums stay exact. */
const unit = 1_000_000

/** Counters are brought down again beyond this, far below the largest exact integer. */
const tooFar = 2 ** 50

export const charge = (cost: number, weight: number): number => Math.round((unit * cost) / weight)

/** The cost, at weight 1, of so much virtual service. */
export const costOf = (service: number): number => Math.round(service / unit)

/** The counter of one member of a level. `active`: tickets of it that wait or are in flight. */
export interface Account {
  service: number
  active: number
}

export interface KeyAccount extends Account {
  readonly key: string
  readonly organisation: OrganisationAccount
}

export interface OrganisationAccount extends Account {
  readonly name: string
  readonly keys: Level<KeyAccount>
}

/** Accounts that are compared with one another; `floor` is V: the least counter among the active, never falling. */
export interface Level<A extends Account> {
  readonly accounts: Map<string, A>
  floor: number
}

/** The models connected by shared servers compete for the same slots: one tree. */
export type Pool = Level<OrganisationAccount>

export const makeLevel = <A extends Account>(): Level<A> => ({ accounts: new Map(), floor: 0 })

/** Whether nothing of an idle account is worth remembering: at or below V it would be lifted to V anyway. */
type Forgettable<A> = (account: A) => boolean

const raiseFloor = <A extends Account>(level: Level<A>, forgettable: Forgettable<A>): void => {
  let least = Infinity
  for (const [id, account] of level.accounts) {
    if (account.active > 0) {
      if (account.service < least) least = account.service
    } else if (account.service <= level.floor && forgettable(account)) level.accounts.delete(id)
  }
  if (least !== Infinity && least > level.floor) level.floor = least
  if (level.floor > tooFar) rebase(level)
}

/** Subtracts V from all: only differences matter. */
const rebase = <A extends Account>(level: Level<A>): void => {
  for (const account of level.accounts.values()) account.service -= level.floor
  level.floor = 0
}

/** One more ticket; an account that was idle is lifted to V, so that nobody saves up credit. */
const enter = <A extends Account>(level: Level<A>, id: string, account: A, forgettable: Forgettable<A>): void => {
  if (account.active === 0) {
    raiseFloor(level, forgettable)
    // Idle until now, it may have been forgotten: just now, or since it was looked up.
    level.accounts.set(id, account)
    if (account.service < level.floor) account.service = level.floor
  }
  account.active++
}

/** V is brought up to date while the leaving account still counts, and kept when none is active. */
const leave = <A extends Account>(level: Level<A>, account: A, forgettable: Forgettable<A>): void => {
  if (account.active === 1) raiseFloor(level, forgettable)
  account.active--
}

const always = (): boolean => true
const keyless = (account: OrganisationAccount): boolean => account.keys.accounts.size === 0

/** The account of an organisation, made on first sight. */
export const ownerOf = (pool: Pool, name: string): OrganisationAccount => {
  let owner = pool.accounts.get(name)
  if (owner === undefined) {
    owner = { name, service: 0, active: 0, keys: makeLevel() }
    pool.accounts.set(name, owner)
  }
  return owner
}

/** The account of a key, made on first sight. */
export const accountOf = (pool: Pool, organisation: string, key: string): KeyAccount => {
  const owner = ownerOf(pool, organisation)
  let account = owner.keys.accounts.get(key)
  if (account === undefined) {
    account = { key, organisation: owner, service: 0, active: 0 }
    owner.keys.accounts.set(key, account)
  }
  return account
}

export const activate = (pool: Pool, account: KeyAccount): void => {
  const { key, organisation } = account
  enter(pool, organisation.name, organisation, keyless)
  enter(organisation.keys, key, account, always)
}

export const deactivate = (pool: Pool, account: KeyAccount): void => {
  leave(account.organisation.keys, account, always)
  leave(pool, account.organisation, keyless)
}

/** V of both levels as it is now: between comings and goings it is behind. */
export const refresh = (pool: Pool): void => {
  raiseFloor(pool, keyless)
  for (const { keys } of pool.accounts.values()) raiseFloor(keys, always)
}

/** In tokens at weight 1, beyond whoever of the active has had least; the others without their names. */
export interface Standing {
  readonly own: number
  readonly others: ReadonlyArray<number>
}

export const standingOf = ({ accounts }: Pool, own: OrganisationAccount): Standing => {
  const others: Array<number> = []
  let least = own.service
  for (const account of accounts.values()) {
    if (account.active === 0 || account === own) continue
    others.push(account.service)
    if (account.service < least) least = account.service
  }
  for (let at = 0; at < others.length; at++) others[at] = costOf(others[at]! - least)
  return { own: costOf(own.service - least), others }
}

/** Replaces what a grant was charged (`from`, 0 before it) by another cost, exactly; weights count at the organisation. */
export const settle = (account: KeyAccount, from: number, to: number, weight: number): void => {
  account.service += charge(to, 1) - charge(from, 1)
  account.organisation.service += charge(to, weight) - charge(from, weight)
}
