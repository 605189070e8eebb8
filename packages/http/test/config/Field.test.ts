import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { Flag, Instant, OneOf, Size, Span, SpanOrOff, Token } from "../../src/config/Field.ts"
import { normalise } from "../../src/config/ServerUrl.ts"
import { hint, nearest } from "../../src/config/Suggestion.ts"

const refused = "refused"

const reads = <A>(schema: Schema.Codec<A, unknown>, table: ReadonlyArray<readonly [unknown, A | typeof refused]>) => {
  const decode = Schema.decodeUnknownResult(schema)
  for (const [input, expected] of table) {
    assert.deepStrictEqual(Result.getOrElse(decode(input), () => refused), expected, JSON.stringify(input))
  }
}

describe("Field", () => {
  it("reads sizes, decimal by MB and binary by MiB", () =>
    reads(Size, [
      ["32MB", 32_000_000],
      ["32 MB", 32_000_000],
      ["32MiB", 33_554_432],
      ["1.5kB", 1_500],
      ["1KB", 1_000],
      ["2GB", 2_000_000_000],
      ["100", 100],
      [100, 100],
      ["1.5", refused],
      [0, refused],
      ["-1MB", refused],
      ["MB", refused],
      ["9999999999 GB", refused],
      [true, refused],
      [Number.NaN, refused]
    ]))

  it("reads durations with a unit that a timer can wait for", () =>
    reads(Span, [
      ["500 millis", 500],
      ["1.5 seconds", 1_500],
      [" 1 minute ", 60_000],
      ["2147483647 millis", 2_147_483_647],
      ["2147483648 millis", refused],
      ["0 millis", refused],
      [500, refused],
      ["500", refused],
      ["500ms", refused],
      ["Infinity", refused],
      ["", refused]
    ]))

  it("reads off where a duration may be off", () =>
    reads(SpanOrOff, [["off", null], [false, null], ["1 second", 1_000], ["0 seconds", refused], ["none", refused]]))

  it("reads flags, also from the environment", () =>
    reads(Flag, [[true, true], ["false", false], ["no", refused], [1, refused]]))

  it("reads names with underscores and capitals", () =>
    reads(OneOf(["round-robin", "none"], { "warning-log": "none" }), [
      ["round-robin", "round-robin"],
      ["Round_Robin", "round-robin"],
      ["WARNING_LOG", "none"],
      ["roundrobin", refused],
      ["constructor", refused],
      [1, refused]
    ]))

  it("reads days and instants, in the calendar's own terms", () =>
    reads(Instant, [
      ["2027-06-30", Date.UTC(2027, 5, 30)],
      ["2028-02-29", Date.UTC(2028, 1, 29)],
      ["2027-02-29", refused],
      ["2027-06-30T10:00:00Z", Date.UTC(2027, 5, 30, 10)],
      ["2027-06-30 10:00:00+02:00", Date.UTC(2027, 5, 30, 8)],
      ["2027-06-30T10:00", refused],
      ["2027-06-30T25:00:00Z", refused],
      ["2027-13-01", refused],
      ["June 2027", refused],
      [2027, refused]
    ]))

  it("refuses tokens that no header can carry", () => {
    const decode = Schema.decodeUnknownResult(Token)
    for (const token of ["abc\n", "a b", "é", 7]) assert.isTrue(Result.isFailure(decode(token)))
    for (const token of ["abc", "", "a+/=~"]) assert.isTrue(Result.isSuccess(decode(token)))
  })
})

describe("ServerUrl", () => {
  it("has one spelling for each server", () => {
    const table: ReadonlyArray<readonly [string, string]> = [
      ["http://h:8000", "http://h:8000"],
      ["HTTP://Gpu.Example:80/", "http://gpu.example"],
      ["https://h:443/v1/", "https://h"],
      ["https://h:8443//", "https://h:8443"],
      ["http://h/engine-A/v1", "http://h/engine-A"],
      ["http://h/v1/v1x", "http://h/v1/v1x"],
      ["http://[::1]:8000/v1", "http://[::1]:8000"]
    ]
    for (const [text, url] of table) {
      assert.deepStrictEqual(normalise(text), Result.succeed(url))
      assert.deepStrictEqual(normalise(url), Result.succeed(url))
    }
    for (const text of ["h:8000", "ftp://h", "http://", "http://h?x=1", "http://h#x", "http://u:p@h", ""]) {
      assert.isTrue(Result.isFailure(normalise(text)), text)
    }
  })
})

describe("Suggestion", () => {
  it("finds the nearest name, if any is near", () => {
    const known = ["maxConcurrent", "headroom", "site", "url"]
    assert.strictEqual(nearest("maxConcurent", known), "maxConcurrent")
    assert.strictEqual(nearest("iste", known), "site")
    assert.strictEqual(nearest("URL", known), "url")
    assert.isUndefined(nearest("colour", known))
    assert.isUndefined(nearest("x".repeat(1_000_000), known))
    assert.strictEqual(hint("colour", []), "; there are none")
  })
})
