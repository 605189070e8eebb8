import { judge, layer } from "@aiguilleur/core/policy/Performance"
import { assert, it } from "@effect/vitest"
import { suite } from "../suite/PolicySuite.ts"

suite("performance", layer)

it.each([
  [true, 3, 500, true],
  [true, 3, 501, false],
  [true, 0, 9_000, true],
  [true, 3, undefined, true],
  [false, 3, 10, false],
  [false, 0, 10, false]
])(
  "with a slot: %s, %i leases and a p95 of %s ms, says %s at a threshold of 500",
  (hasSlot, leases, ttft, expected) => {
    assert.strictEqual(judge({ hasSlot, leases, ttft, ttftThreshold: 500 }), expected)
  }
)
