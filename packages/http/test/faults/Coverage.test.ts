import { assert, describe, it } from "@effect/vitest"
import { modes, moments } from "./Column.ts"
import { faults, reasonFor } from "./Coverage.ts"
import { cells, rows } from "./Matrix.ts"

describe("The fault matrix", () => {
  for (const fault of faults) {
    it(`answers for every moment of: ${fault}`, () => {
      for (const moment of moments) {
        for (const mode of modes) {
          const where = `${moment}, ${mode}`
          const covered = cells.some(({ mode: own, row }) =>
            own === mode && row.when === moment && row.of?.includes(fault) === true
          )
          const reason = reasonFor(fault, moment, mode)
          assert.isTrue(covered || reason !== undefined, `${where}: neither a cell nor a reason why there is none`)
          assert.isFalse(covered && reason !== undefined, `${where}: a cell, and a reason why there is none`)
        }
      }
    })
  }

  it("names each of its cells once", () => {
    const names = cells.map(({ fleet, mode, row }) => `${row.when}, ${row.what}, ${mode}, ${fleet}`)
    assert.deepStrictEqual(names.filter((name, i) => names.indexOf(name) !== i), [])
    assert.isAbove(rows.length, faults.length)
  })
})
