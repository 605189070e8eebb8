/** DESIGN §3.6 over random histories, beside the naive reference. `LAWS_HISTORIES` and `LAWS_SEED` say how many. */
import { assert, it } from "@effect/vitest"
import { search } from "./Search.ts"

const histories = Number(process.env["LAWS_HISTORIES"] ?? 10_000)
const first = Number(process.env["LAWS_SEED"] ?? 1)

it(`keeps its laws and agrees with the reference over ${histories} histories from seed ${first}`, () => {
  for (let seed = first; seed < first + histories; seed++) {
    const found = search(seed)
    if (found !== undefined) assert.fail(found)
  }
}, 60_000 + 100 * histories)
