/** What every requeue policy obeys; each policy's test file calls this once. */
import { RequeuePolicy } from "@aiguilleur/core/RequeuePolicy"
import { assert, layer } from "@effect/vitest"
import type { Layer } from "effect"
import { Effect, Schema } from "effect"

const ttft = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100_000 }))

const Sketch = Schema.Struct({
  hasSlot: Schema.Boolean,
  leases: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100 })),
  ttft: Schema.UndefinedOr(ttft),
  ttftThreshold: Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 100_000 }))
})

export const suite = (name: string, policy: Layer.Layer<RequeuePolicy>) =>
  layer(policy)(`RequeuePolicy (${name})`, (it) => {
    it.effect.prop(
      "takes a ticket on an idle, unmeasured server that has a slot",
      [Sketch],
      ([sketch]) =>
        Effect.gen(function*() {
          const { judge } = yield* RequeuePolicy
          assert.isTrue(judge({ ...sketch, hasSlot: true, leases: 0 }))
          assert.isTrue(judge({ ...sketch, hasSlot: true, ttft: undefined }))
        })
    )

    it.effect.prop(
      "never takes with a slot less than it takes without",
      [Sketch],
      ([sketch]) =>
        Effect.gen(function*() {
          const { judge } = yield* RequeuePolicy
          if (judge({ ...sketch, hasSlot: false })) assert.isTrue(judge({ ...sketch, hasSlot: true }))
        })
    )

    it.effect.prop(
      "never takes less when the server answers sooner",
      [Sketch, ttft],
      ([sketch, other]) =>
        Effect.gen(function*() {
          const { judge } = yield* RequeuePolicy
          const [sooner, later] = [Math.min(sketch.ttft ?? 0, other), Math.max(sketch.ttft ?? 0, other)]
          if (judge({ ...sketch, ttft: later })) assert.isTrue(judge({ ...sketch, ttft: sooner }))
        })
    )
  })
