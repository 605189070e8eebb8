/** Arrays that are encoded as they come are, byte by byte, those that the client itself would send. */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Result, Schema } from "effect"
import { runs } from "../../../core/test/fuzz/Fuzz.ts"
import { among, anyText, oneOf } from "../../../core/test/fuzz/Inputs.ts"
import { type Element, PgArray } from "../../src/PgArray.ts"

const { OID } = PgTypes

const between = (minimum: number, maximum: number) =>
  Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum, maximum })))

const nullable = (value: Arbitrary.Arbitrary<Element>) =>
  Arbitrary.array(oneOf<Element>(value, value, among([null])), { maxLength: 50 })

const types: ReadonlyArray<readonly [string, number, Arbitrary.Arbitrary<Element>]> = [
  ["text", OID.text, oneOf(anyText, among(["", "plain", "“é”", "a\0b", "\0", "\ud800", "x".repeat(5_000)]))],
  ["int4", OID.int4, between(-(2 ** 31), 2 ** 31 - 1)],
  ["float8", OID.float8, oneOf(Arbitrary.schema(Schema.Finite), among([0, -0, 0.1, 1e308, Number.NaN, Infinity]))],
  ["bool", OID.bool, among([true, false])],
  ["timestamptz", OID.timestamptz, oneOf(between(-(10 ** 13), 10 ** 13), among([0.5, -0.25]))]
]

const arrayOf = (element: number, values: ReadonlyArray<Element>): PgArray => {
  const array = new PgArray(element, 32)
  for (const value of values) array.add(value)
  return array
}

const sent = (array: PgArray): Uint8Array => {
  const { oid, value } = array.parameter()
  assert.strictEqual(oid, PgTypes.arrayOidFor(array.element))
  return value as Uint8Array
}

const expected = (element: number, values: ReadonlyArray<Element>): Uint8Array => {
  const clean = values.map((value) => typeof value === "string" ? value.replaceAll("\0", "") : value)
  return Result.getOrThrow(PgTypes.encode(clean, PgTypes.arrayOidFor(element)!))
}

describe("PgArray, fuzzed", () => {
  for (const [name, element, value] of types) {
    it.prop(`encodes ${name}`, [nullable(value)], ([values]) => {
      assert.deepStrictEqual(sent(arrayOf(element, values)), expected(element, values))
    }, runs())

    it.prop(`takes some of another one's ${name}`, [
      Arbitrary.array(value, { maxLength: 50 }),
      between(0, 50)
    ], ([values, at]) => {
      const whole = arrayOf(element, values)
      const middle = Math.min(at, values.length)
      const [left, right] = [arrayOf(element, []), arrayOf(element, [])]
      left.take(whole, 0, middle)
      right.take(whole, middle, values.length)
      assert.deepStrictEqual(sent(left), expected(element, values.slice(0, middle)))
      assert.deepStrictEqual(sent(right), expected(element, values.slice(middle)))
      left.take(right, 0, right.length)
      assert.deepStrictEqual(sent(left), expected(element, values))
    }, runs())
  }
})
