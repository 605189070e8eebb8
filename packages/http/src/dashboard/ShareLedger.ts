/** Service against entitlement: what each organisation got of what it competed for, second by second, for an hour. */
import type { Board } from "@aiguilleur/core/Board"
import type { Notice } from "@aiguilleur/core/Notice"

const minute = 60_000
const minutes = 60

/** Tokens: what was served, and what the weights said should have been. */
export interface Due {
  served: number
  entitled: number
}

export class ShareLedger {
  /** Since the last look, by model and organisation. */
  private fresh = new Map<string, Map<string, number>>()
  /** By minute, pool and organisation. */
  private readonly past = new Map<number, Map<string, Map<string, Due>>>()

  observe(notice: Notice): void {
    if (notice._tag !== "Released") return
    const { cost, lease: { model: { name }, ticket: { caller: { organisation } } } } = notice
    if (cost === 0) return
    let own = this.fresh.get(name)
    if (own === undefined) this.fresh.set(name, own = new Map())
    own.set(organisation, (own.get(organisation) ?? 0) + cost)
  }

  /**
   * Whoever had nothing waiting got all it asked for: it is entitled to what it was served. What was served to the
   * others is theirs by weight.
   */
  watch({ at, pools }: Board): void {
    const now = Math.floor(at / minute)
    for (const { models, shares } of pools) {
      const served = new Map<string, number>()
      for (const model of models) {
        for (const [organisation, cost] of this.fresh.get(model) ?? []) {
          served.set(organisation, (served.get(organisation) ?? 0) + cost)
        }
      }
      if (served.size === 0) continue
      const rivals = new Map(shares.filter(({ backlogged }) => backlogged).map((share) => [share.organisation, share]))
      let contested = 0
      let weights = 0
      for (const { organisation, weight } of rivals.values()) {
        contested += served.get(organisation) ?? 0
        weights += weight
      }
      for (const organisation of new Set([...served.keys(), ...rivals.keys()])) {
        const own = served.get(organisation) ?? 0
        const rival = rivals.get(organisation)
        const due = this.dueOf(now, models[0]!, organisation)
        due.served += own
        due.entitled += rival === undefined ? own : contested * rival.weight / weights
      }
    }
    this.fresh = new Map()
  }

  /** Over the last minutes, the present one included. */
  over(span: number, at: number, pool: string): ReadonlyMap<string, Due> {
    const first = Math.floor(at / minute) - span + 1
    const sums = new Map<string, Due>()
    for (const [time, pools] of this.past) {
      if (time < first) continue
      for (const [organisation, { entitled, served }] of pools.get(pool) ?? []) {
        const sum = sums.get(organisation) ?? { served: 0, entitled: 0 }
        sums.set(organisation, { served: sum.served + served, entitled: sum.entitled + entitled })
      }
    }
    return sums
  }

  private dueOf(time: number, pool: string, organisation: string): Due {
    let pools = this.past.get(time)
    if (pools === undefined) {
      for (const old of this.past.keys()) if (old <= time - minutes) this.past.delete(old)
      this.past.set(time, pools = new Map())
    }
    let own = pools.get(pool)
    if (own === undefined) pools.set(pool, own = new Map())
    let due = own.get(organisation)
    if (due === undefined) own.set(organisation, due = { served: 0, entitled: 0 })
    return due
  }
}
