/** Whom it hurt: refusals, evictions and failures of the last five minutes, by model and organisation. */
import type { Notice } from "@aiguilleur/core/Notice"
import type { Losses as Row } from "@aiguilleur/web/dashboard/wire/Live"

const minute = 60_000
const minutes = 5

type Counts = [refused: number, evicted: number, failed: number]
type Bucket = Map<string, Map<string, Counts>>

const places = { refused: 0, evicted: 1, failed: 2 } as const

/** Outcomes after which a request that is not retried has failed its client. */
const failures: ReadonlySet<string> = new Set(["Broken", "Expired", "Down", "Suspect", "Busy", "Misconfigured"])

export class Losses {
  /** By the minute in which they happened. */
  private readonly buckets = new Map<number, Bucket>()

  observe(notice: Notice): void {
    if (notice._tag === "Ended") {
      this.add(notice.at, notice.ticket.model, notice.ticket.caller.organisation, notice.ending)
    } else if (notice._tag === "Released" && !notice.requeued && failures.has(notice.outcome._tag)) {
      this.add(notice.at, notice.lease.model.name, notice.lease.ticket.caller.organisation, "failed")
    }
  }

  private add(at: number, model: string, organisation: string, ending: keyof typeof places): void {
    const time = Math.floor(at / minute)
    let bucket = this.buckets.get(time)
    if (bucket === undefined) {
      for (const old of this.buckets.keys()) if (old <= time - minutes) this.buckets.delete(old)
      this.buckets.set(time, bucket = new Map())
    }
    let own = bucket.get(model)
    if (own === undefined) bucket.set(model, own = new Map())
    let counts = own.get(organisation)
    if (counts === undefined) own.set(organisation, counts = [0, 0, 0])
    counts[places[ending]]++
  }

  of(model: string, now: number): ReadonlyArray<Row> {
    const sums = new Map<string, Counts>()
    for (const [time, bucket] of this.buckets) {
      if (time <= Math.floor(now / minute) - minutes) continue
      for (const [organisation, counts] of bucket.get(model) ?? []) {
        const sum = sums.get(organisation) ?? [0, 0, 0]
        sums.set(organisation, sum)
        for (const place of [0, 1, 2] as const) sum[place] += counts[place]
      }
    }
    return Array.from(sums, ([organisation, counts]) => [organisation, ...counts] as const)
  }
}
