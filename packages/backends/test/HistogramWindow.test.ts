import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import type { Cumulative } from "../src/HistogramWindow.ts"
import { make, nothing, push, quantile } from "../src/HistogramWindow.ts"

const bounds = [0.1, 0.5, 1, Infinity]

const counts = (...counts: ReadonlyArray<number>): Cumulative => ({ bounds, counts })

const readings = (...all: ReadonlyArray<readonly [at: number, reading: Cumulative]>) =>
  all.reduce((window, [at, reading]) => push(window, at, reading), make(60_000))

const figure = (value: number | undefined) => value === undefined ? undefined : Math.round(value * 1e6) / 1e6

describe("HistogramWindow", () => {
  it("says nothing of what happened before the first reading", () => {
    assert.isUndefined(quantile(readings([0, counts(50, 90, 100, 100)]), 0))
  })

  it("interpolates within the bucket that holds the quantile", () => {
    const window = readings([0, counts(5, 5, 5, 5)], [1_000, counts(5, 95, 105, 105)])
    // 90 observations under 0.5 and 10 under 1: the 95th of 100 is half-way through the second.
    assert.strictEqual(figure(quantile(window, 1_000)), 0.75)
    assert.strictEqual(figure(quantile(window, 1_000, 0.45)), 0.3)
  })

  it("starts the first bucket at zero", () => {
    assert.strictEqual(figure(quantile(readings([0, counts(0, 0, 0, 0)], [1, counts(10, 10, 10, 10)]), 1)), 0.095)
  })

  it("answers with the last finite bound for what lies beyond it", () => {
    assert.strictEqual(quantile(readings([0, counts(0, 0, 0, 0)], [1, counts(0, 0, 0, 10)]), 1), 1)
  })

  it("wants five observations", () => {
    const four = readings([0, counts(0, 0, 0, 0)], [1, counts(4, 4, 4, 4)])
    assert.isUndefined(quantile(four, 1))
    assert.isDefined(quantile(push(four, 2, counts(5, 5, 5, 5)), 2))
  })

  it("forgets a step when the window has passed it, and not a millisecond before", () => {
    const slow = readings([0, counts(0, 0, 0, 0)], [1_000, counts(0, 0, 10, 10)])
    const both = push(slow, 2_000, counts(10, 10, 20, 20))
    assert.strictEqual(figure(quantile(both, 60_999)), 0.95)
    assert.strictEqual(figure(quantile(both, 61_000)), 0.095)
    assert.isUndefined(quantile(both, 62_000))
  })

  it("keeps no more steps than its window holds", () => {
    let window = make(60_000)
    for (let i = 0; i <= 600; i++) window = push(window, i * 1_000, counts(i, i, i, i))
    assert.strictEqual(window.steps.length, 60)
  })

  it("counts what a restarted engine has served since, and no difference below zero", () => {
    const window = readings([0, counts(0, 100, 100, 100)], [1_000, counts(0, 0, 10, 10)])
    assert.strictEqual(figure(quantile(window, 1_000)), 0.975)
    const kept = readings([0, counts(0, 0, 0, 0)], [1_000, counts(0, 90, 90, 90)], [2_000, counts(0, 0, 10, 10)])
    assert.strictEqual(figure(quantile(kept, 2_000)), 0.75)
  })

  it("counts everything as new that appears where there was nothing", () => {
    const window = readings([0, nothing], [1_000, counts(10, 10, 10, 10)])
    assert.strictEqual(figure(quantile(window, 1_000)), 0.095)
  })

  it("keeps what it saw of an engine that restarted and shows nothing yet", () => {
    const before = readings([0, counts(0, 0, 0, 0)], [1_000, counts(10, 10, 10, 10)], [2_000, nothing])
    assert.strictEqual(figure(quantile(before, 2_000)), 0.095)
    assert.strictEqual(figure(quantile(push(before, 3_000, counts(0, 0, 190, 190)), 3_000)), 0.973684)
  })

  it("begins again when the buckets are others or the clock was put back", () => {
    const window = readings([1_000, counts(0, 0, 0, 0)], [2_000, counts(10, 10, 10, 10)])
    assert.isUndefined(quantile(push(window, 3_000, { bounds: [1, Infinity], counts: [50, 50] }), 3_000))
    assert.isUndefined(quantile(push(window, 500, counts(20, 20, 20, 20)), 500))
  })

  const Count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000 }))
  const Counts = Schema.Tuple([Count, Count, Count, Count])

  it.prop("stays within the finite bounds whatever an engine counts", [Schema.Array(Counts)], ([all]) => {
    const window = readings(...all.map((each, i) => [i, counts(...each)] as const))
    const p95 = quantile(window, all.length)
    assert.isTrue(p95 === undefined || (p95 >= 0 && p95 <= 1))
  })

  it.prop("grows with the quantile asked for", [Counts], ([each]) => {
    const cumulative = each.map((_, i) => each.slice(0, i + 1).reduce((a, b) => a + b))
    const window = readings([0, counts(0, 0, 0, 0)], [1, counts(...cumulative)])
    const [p50, p95] = [quantile(window, 1, 0.5), quantile(window, 1)]
    assert.isTrue((p50 === undefined) === (p95 === undefined))
    assert.isTrue((p50 ?? 0) <= (p95 ?? 0))
  })
})
