import { judge, layer } from "@aiguilleur/core/policy/None"
import { assert, it } from "@effect/vitest"
import { suite } from "../suite/PolicySuite.ts"

suite("none", layer)

it("takes everything, slot or none", () => {
  assert.isTrue(judge())
})
