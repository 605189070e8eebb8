/** Fairness over a simulated hour: law 6, law 7 and the owner's reserve, with engines and users that answer back. */
import type { Notice } from "@aiguilleur/core/Notice"
import type { Scenario } from "@aiguilleur/lab/scenario/Scenario"
import type { Line } from "@aiguilleur/lab/world/Ledger"
import * as World from "@aiguilleur/lab/world/World"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Contest, jain } from "./Contest.ts"
import { column, population, server, town } from "./Town.ts"

const limit = 60_000

const hour = { duration: "1 hour", ageing: "off" }

const play = (scenario: Scenario, observe?: (notice: Notice) => void) =>
  Effect.runSync(World.run(scenario, scenario.columns[0]!, observe === undefined ? {} : { observe }))

const backlogged = (name: string, users: number, tokens: number) =>
  population({
    name,
    organisation: name,
    priority: 3,
    arrivals: { kind: "closed", users },
    prompt: { from: tokens / 2, to: tokens },
    output: { from: tokens, to: 2 * tokens }
  })

describe("Over a simulated hour", () => {
  it("ten times more requests and ten times longer ones get the same, within law 6", () => {
    const contest = new Contest({ "univ-a": 1, "univ-b": 1 })
    // Ten users who ask briefly for each one who asks at length.
    const { lines } = play(
      town({ ...hour, populations: [backlogged("univ-a", 100, 200), backlogged("univ-b", 10, 2_000)] }),
      contest.observe
    )
    const served = (name: string) =>
      lines.filter(({ ending, population }) => ending === "served" && population.name === name)
    assert.isAbove(served("univ-a").length, 9 * served("univ-b").length)
    assert.isAbove(served("univ-b").length, 1_000)
    assert.isAtMost(contest.excess, 0)
    assert.isAtLeast(jain(contest.shares), 0.98)
  }, limit)

  it("six organisations of every appetite come out alike: Jain's index", () => {
    const names = ["a", "b", "c", "d", "e", "f"]
    const contest = new Contest(Object.fromEntries(names.map((name) => [name, 1])))
    const populations = names.map((name, at) => backlogged(name, 12 + 30 * (at % 3), [200, 500, 1_500, 3_000][at % 4]!))
    play(town({ ...hour, populations }), contest.observe)
    assert.isAtMost(contest.excess, 0)
    assert.isAtLeast(jain(contest.shares), 0.98)
  }, limit)

  it("weights 1 and 3 give service 1 : 3, within 2 %", () => {
    const contest = new Contest({ "univ-a": 1, "univ-b": 3 })
    play(
      town({
        ...hour,
        organisations: [{ name: "univ-b", weight: 3 }],
        populations: [backlogged("univ-a", 60, 300), backlogged("univ-b", 60, 1_000)]
      }),
      contest.observe
    )
    const [a, b] = contest.shares
    assert.closeTo(b! / a!, 1, 0.02)
    assert.isAtMost(contest.excess, 0)
  }, limit)
})

const grantedAt = ({ arrivedAt, waited }: Line): number => arrivedAt + waited

describe("Under an hour's flood of priority 5", () => {
  const flood = population({
    name: "flood",
    organisation: "univ-b",
    key: "flood",
    priority: 5,
    arrivals: { kind: "closed", users: 60 },
    output: 1_000
  })
  const humble = (fields: Record<string, unknown>) =>
    population({ priority: 1, arrivals: { kind: "poisson", perSecond: 0.02 }, output: 1_000, ...fields })
  const populations = [
    flood,
    humble({ name: "another organisation", organisation: "univ-a" }),
    humble({ name: "another key", organisation: "univ-b" }),
    humble({ name: "the same key", organisation: "univ-b", key: "flood" })
  ]
  const patience = 570_000

  it(
    "every ticket of priority 1 is granted after four ageing steps, and none that came later under its key precedes it",
    () => {
      const { lines } = play(town({ duration: "1 hour", ageing: "60 seconds", populations }))
      const aged = 4 * 60_000
      const all = lines.filter(({ population }) => population.priority === 1)
      // Those that came in the last minutes have not had their time.
      const due = all.filter(({ arrivedAt }) => arrivedAt < 3_600_000 - patience)
      assert.isAbove(due.length, 100)
      for (const { name } of populations.slice(1)) {
        const own = due.filter(({ population }) => population.name === name)
        assert.isTrue(own.every(({ ending }) => ending === "served"), name)
        // The flood was there all the time, and it had to wait for its age; then for its turn among the aged, at most.
        assert.isAbove(Math.max(...own.map(({ waited }) => waited)), aged - 1, name)
        assert.isAtMost(Math.max(...own.map(({ waited }) => waited)), aged + 30_000, name)
      }
      const key = ({ population }: Line) => population.key ?? population.name
      for (const old of due) {
        const from = old.arrivedAt + aged
        const overtook = lines.find((line) =>
          key(line) === key(old) && line.arrivedAt > old.arrivedAt && grantedAt(line) >= from &&
          grantedAt(line) < grantedAt(old)
        )
        assert.isUndefined(overtook, `one of ${old.population.name} was overtaken after its time`)
      }
    },
    limit
  )

  it("without ageing it ends when its patience is spent, and not later", () => {
    const { lines } = play(town({ duration: "1 hour", ageing: "off", populations }))
    const due = lines.filter(({ arrivedAt, population }) =>
      population.priority === 1 && arrivedAt < 3_600_000 - patience
    )
    assert.isAbove(due.length, 100)
    for (const { ending, waited } of due) {
      assert.isTrue(ending === "served" ? waited <= patience : ending === "evicted" && Math.abs(waited - patience) <= 1)
    }
    assert.isTrue(due.some(({ ending }) => ending === "evicted"))
  }, limit)
})

describe("A reserve", () => {
  for (const policy of ["concurrent-requests", "performance"] as const) {
    it(`gives the owner the first slot that frees on its borrowed server, under any load (${policy})`, () => {
      const mine = "simulated://mine"
      const waiting = new Set<string>()
      let fully = 0
      let freed = 0
      let grants = 0
      const held = new Map<number, boolean>()
      /** The owner's ticket that waited when a slot of its fully borrowed server came free gets that slot. */
      const observe = (notice: Notice): void => {
        if (notice._tag === "Arrived" && notice.ticket.caller.organisation === "univ-a") waiting.add(notice.ticket.id)
        if (notice._tag === "Ended" || notice._tag === "Withdrawn") waiting.delete(notice.ticket.id)
        if (notice._tag === "Released" && notice.lease.server.url === mine) {
          const guests = [...held.values()].filter((guest) => guest).length
          if (held.size === 4 && guests === 4) {
            fully++
            if (waiting.size > 0) freed++
          }
          held.delete(notice.lease.id)
        }
        if (notice._tag !== "Granted") return
        const { id, server, ticket } = notice.lease
        const owner = ticket.caller.organisation === "univ-a"
        if (server.url === mine) {
          const guests = [...held.values()].filter((guest) => guest).length
          if (owner && waiting.has(ticket.id)) grants++
          // A guest that takes a slot of the reserve finds no owner waiting.
          if (!owner && guests >= 3) assert.strictEqual(waiting.size, 0)
          held.set(id, !owner)
        }
        waiting.delete(ticket.id)
      }
      const guests = (name: string, users: number) =>
        population({
          name,
          organisation: name,
          priority: 5,
          arrivals: { kind: "closed", users },
          output: { from: 200, to: 2_000 }
        })
      const { lines } = play(
        town({
          ...hour,
          servers: [server({ name: "mine", ownerReserve: 1 }), server({ name: "other", organisation: "univ-b" })],
          populations: [
            guests("univ-b", 40),
            guests("univ-c", 40),
            population({
              name: "owner",
              organisation: "univ-a",
              priority: 0,
              routingMode: "private-only",
              arrivals: { kind: "poisson", perSecond: 0.2 },
              output: 500
            })
          ],
          models: [{ name: "m", ttftThreshold: "20 millis" }],
          columns: [column({ strategy: "least-busy", policy })]
        }),
        observe
      )
      assert.isAbove(grants, 100)
      assert.isAbove(fully, 1_000)
      assert.isAbove(freed, 50)
      // Priority 0 against 5: the wait is that for one slot, not for the flood to end.
      const waits = lines.filter(({ ending, population }) => ending === "served" && population.name === "owner")
        .map(({ waited }) => waited)
      assert.isAbove(waits.length, 500)
      assert.isBelow(Math.max(...waits), 10_000)
    }, limit)
  }
})
