/** How requests arrive: at which instants, how many, and how the curve of a day shapes them. */
import type { Scenario } from "@aiguilleur/lab/scenario/Scenario"
import { Agenda } from "@aiguilleur/lab/time/Agenda"
import * as Users from "@aiguilleur/lab/world/Users"
import { assert, describe, it } from "@effect/vitest"
import { population, town } from "./Town.ts"

const hour = 3_600_000

/** The instants at which somebody sends something, if every answer takes `answer` milliseconds. */
const instants = (arrivals: Record<string, unknown>, duration: number, startsAt = 0, answer = 0): Array<number> => {
  const scenario: Scenario = town({ populations: [population({ arrivals })] })
  const agenda = new Agenda()
  const sent: Array<number> = []
  Users.play(scenario.populations[0]!, {
    agenda,
    seed: 1,
    duration,
    startsAt,
    send: (_demand, done) => {
      sent.push(agenda.now)
      agenda.put(agenda.now + answer, () => done(true))
    }
  })
  agenda.runTo(duration)
  return sent
}

const within = (sent: ReadonlyArray<number>, from: number, to: number) =>
  sent.filter((at) => at >= from && at < to).length

describe("arrivals", () => {
  it("brings users one by one over a ramp, and lets them go one by one before the end", () => {
    const ramp = { kind: "closed", users: 11, rampUp: "10 seconds", rampDown: "10 seconds", until: "60 seconds" }
    const sent = instants(ramp, 100_000, 0, 1000)
    assert.strictEqual(within(sent, 0, 1000), 1)
    assert.strictEqual(within(sent, 5000, 6000), 6)
    assert.strictEqual(within(sent, 20_000, 21_000), 11)
    assert.strictEqual(within(sent, 55_000, 56_000), 5)
    assert.strictEqual(within(sent, 60_000, 100_000), 0)
  })

  it("keeps the mean of the time to think", () => {
    const sent = instants({ kind: "closed", users: 50, think: "10 seconds" }, hour)
    assert.closeTo(sent.length, 50 * 360, 50 * 360 * 0.03)
  })

  it("sends at the rate of a Poisson process", () => {
    assert.closeTo(instants({ kind: "poisson", perSecond: 3 }, hour).length, 3 * 3600, 3 * 60 * 4)
  })

  it("follows the line between two points", () => {
    const points = [{ at: "0 seconds", perSecond: 0 }, { at: "1 hour", perSecond: 10 }]
    const sent = instants({ kind: "poisson", points }, 2 * hour)
    assert.closeTo(within(sent, 0, hour / 2), 1250 * 3.6, 300)
    assert.closeTo(within(sent, hour, 2 * hour), 36_000, 800)
  })

  it("sends bursts at their times, spread as told", () => {
    const sent = instants(
      { kind: "bursts", size: 20, every: "10 minutes", within: "5 seconds", from: "1 minute" },
      hour
    )
    assert.strictEqual(sent.length, 120)
    assert.isTrue(sent.every((at) => (at - 60_000) % 600_000 <= 5000))
  })

  it("shapes a day by its hours, from the time of day at which it begins", () => {
    const hours = Array.from({ length: 24 }, (_, at) => at === 9 ? 1 : 0)
    const sent = instants({ kind: "daily", perDay: 1000, hours }, 4 * hour, 8 * 60)
    assert.strictEqual(within(sent, 0, hour), 0)
    assert.closeTo(within(sent, hour, 2 * hour), 1000, 120)
    assert.strictEqual(within(sent, 2 * hour, 4 * hour), 0)
  })

  it("plays a trace as it was", () => {
    assert.deepStrictEqual(instants({ kind: "trace", requests: [[5, 10, 10], [70, 1, 0]] }, 1000), [5, 70])
  })
})
