import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { Siblings } from "../src/Siblings.ts"
import type { TicketState } from "../src/State.ts"

/** All that is looked at of a ticket here. */
const link = (seq: number) => ({ seq, elder: undefined, younger: undefined }) as TicketState

describe("Siblings", () => {
  it.prop("keeps the order of coming, whoever goes", [
    Arbitrary.array(Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 }))), { maxLength: 40 })
  ], ([steps]) => {
    const siblings = new Siblings()
    const expected: Array<TicketState> = []
    for (const [seq, step] of steps.entries()) {
      const [gone] = step < 4 ? expected.splice(step, 1) : []
      if (gone !== undefined) {
        siblings.delete(gone)
        assert.deepStrictEqual([gone.elder, gone.younger], [undefined, undefined])
      } else {
        const ticket = link(seq)
        expected.push(ticket)
        siblings.add(ticket)
      }
      assert.deepStrictEqual(Array.from(siblings, ({ seq }) => seq), expected.map(({ seq }) => seq))
      assert.strictEqual(siblings.isEmpty, expected.length === 0)
    }
  })
})
