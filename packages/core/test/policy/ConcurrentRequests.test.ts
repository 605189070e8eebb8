import { judge, layer } from "@aiguilleur/core/policy/ConcurrentRequests"
import { assert, it } from "@effect/vitest"
import { suite } from "../suite/PolicySuite.ts"

suite("concurrent-requests", layer)

it("takes what has a slot, however slow the server", () => {
  assert.isTrue(judge({ hasSlot: true, leases: 3, ttft: 90_000, ttftThreshold: 500 }))
  assert.isFalse(judge({ hasSlot: false, leases: 3, ttft: 10, ttftThreshold: 500 }))
})
