/** What every strategy obeys; each strategy's test file calls this once. */
import { Strategy } from "@aiguilleur/core/Strategy"
import type { Choice } from "@aiguilleur/core/Strategy"
import { assert, layer } from "@effect/vitest"
import type { Layer } from "effect"
import { Effect, Schema } from "effect"
import { server } from "../Fleet.ts"

const Sketch = Schema.Struct({
  servers: Schema.NonEmptyArray(Schema.Struct({
    leases: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 50 })),
    maxConcurrent: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 50 })),
    ttft: Schema.UndefinedOr(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100_000 })))
  })).check(Schema.isMaxLength(12)),
  turn: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 15 })),
  roll: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 0.999_999 }))
})

const choiceOf = ({ roll, servers, turn }: typeof Sketch.Type): Choice => ({
  candidates: servers.map(({ leases, maxConcurrent, ttft }, at) => ({
    server: server(`s${at}`, { maxConcurrent }),
    ordinal: at + 1,
    leases,
    ttft
  })),
  turn,
  roll
})

export const suite = (name: string, strategy: Layer.Layer<Strategy>) =>
  layer(strategy)(`Strategy (${name})`, (it) => {
    it.effect.prop("picks one of the candidates, and the same one again", [Sketch], ([sketch]) =>
      Effect.gen(function*() {
        const { choose } = yield* Strategy
        const choice = choiceOf(sketch)
        const chosen = choose(choice)
        assert.include(choice.candidates, chosen)
        assert.strictEqual(choose(choice), chosen)
      }))

    it.effect.prop("does not depend on the order in which candidates are listed, ties aside", [Sketch], ([sketch]) =>
      Effect.gen(function*() {
        const { choose } = yield* Strategy
        const choice = choiceOf(sketch)
        const chosen = choose(choice)
        const reversed = choose({ ...choice, candidates: choice.candidates.toReversed() })
        // A tie is decided by the dice, so what stays is what was compared.
        const compared = ({ leases, server }: typeof chosen) =>
          leases / server.maxConcurrent
        if (name === "round-robin") {
          assert.strictEqual(reversed, chosen)
        } else assert.strictEqual(compared(reversed), compared(chosen))
      }))

    it.effect.prop("changes nothing it is given", [Sketch], ([sketch]) =>
      Effect.gen(function*() {
        const { choose } = yield* Strategy
        const choice = choiceOf(sketch)
        choose(choice)
        assert.deepStrictEqual(choice, choiceOf(sketch))
      }))
  })
