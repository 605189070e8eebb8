/** What a request is charged for in the end, whatever its engine says of it. */
import { total } from "@aiguilleur/core/Work"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import * as Script from "./faults/ScriptedEngine.ts"
import * as Rig from "./Rig.ts"

/** Settlements of this model so far, and what the last one was. */
const settledBy = Effect.fnUntraced(function*(script: Script.Script, ask: Record<string, unknown> = {}) {
  const engine = yield* Script.start(script)
  const rig = yield* Rig.make({ actors: [engine.url], servers: [] })
  const released = yield* Effect.forkChild(
    Stream.runHead(Stream.filter(rig.dispatcher.notices, ({ _tag }) => _tag === "Released"))
  )
  yield* Effect.yieldNow
  yield* Rig.text(yield* Rig.post(rig, Rig.chat(ask)))
  const notice = yield* Effect.fromOption(yield* Fiber.join(released))
  assert.strictEqual(notice._tag, "Released")
  const { models } = yield* rig.dispatcher.snapshot
  const { settled } = models.find(({ name }) => name === "test-model")!
  return { notice: notice as Extract<typeof notice, { _tag: "Released" }>, settled }
})

const whole = (figures: unknown): Script.Script => (socket) => {
  socket.write(Script.answer({}, Script.answerBody(figures)))
  return "answered"
}

const streamed = (text: string): Script.Script => (socket) => {
  socket.write(Script.stream(text))
  return "answered"
}

const none = { reported: 0, counted: 0, estimated: 0, absurd: 0 }

describe("Settlement", () => {
  it.live("takes the engine's figures", () =>
    Effect.gen(function*() {
      const { notice, settled } = yield* settledBy(whole({ prompt_tokens: 12, completion_tokens: 34 }))
      assert.strictEqual(notice.cost, 12 + 2 * 34)
      assert.deepStrictEqual(settled, { ...none, reported: 1 })
    }))

  it.live("lets the estimate stand where the engine says nothing", () =>
    Effect.gen(function*() {
      const { notice, settled } = yield* settledBy(whole(null))
      assert.isAbove(notice.cost, 0)
      assert.strictEqual(notice.cost, total(notice.lease.estimate))
      assert.deepStrictEqual(settled, { ...none, estimated: 1 })
    }))

  it.live("counts the words of a stream whose engine says nothing, beside the estimate of its prompt", () =>
    Effect.gen(function*() {
      const { notice, settled } = yield* settledBy(streamed(Script.tokens(7) + Script.done), { stream: true })
      assert.strictEqual(notice.cost, notice.lease.estimate.prompt + 2 * 7)
      assert.deepStrictEqual(settled, { ...none, estimated: 1 })
    }))

  for (
    const [what, figures] of [
      ["negative", { prompt_tokens: -1, completion_tokens: -5 }],
      ["beyond any context", { prompt_tokens: 2_000_000_000, completion_tokens: 2_000_000_000 }],
      ["no numbers", { prompt_tokens: "many", completion_tokens: null }]
    ] as const
  ) {
    it.live(`lets the estimate stand and counts a fault where the figures are ${what}`, () =>
      Effect.gen(function*() {
        const { notice, settled } = yield* settledBy(whole(figures))
        assert.strictEqual(notice.cost, total(notice.lease.estimate))
        assert.isTrue(notice.absurd)
        assert.deepStrictEqual(settled, { ...none, estimated: 1, absurd: 1 })
      }))
  }

  it.live("lets the count stand where a stream's figures are absurd", () =>
    Effect.gen(function*() {
      const text = Script.tokens(3) + Script.usageEvent({ prompt_tokens: -4, completion_tokens: 1e300 }) + Script.done
      const { notice, settled } = yield* settledBy(streamed(text), { stream: true })
      assert.strictEqual(notice.cost, notice.lease.estimate.prompt + 2 * 3)
      assert.deepStrictEqual(settled, { ...none, estimated: 1, absurd: 1 })
    }))

  it.live("expects no more of an answer than it may have, and as many answers as were asked for", () =>
    Effect.gen(function*() {
      const { notice } = yield* settledBy(whole(Script.usage), { max_tokens: 20, n: 3 })
      assert.strictEqual(notice.lease.estimate.output, 60)
      const { notice: other } = yield* settledBy(whole(Script.usage), { max_tokens: 1_000_000 })
      assert.strictEqual(other.lease.estimate.output, 250)
    }))
})
