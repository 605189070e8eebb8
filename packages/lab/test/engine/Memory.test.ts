/** What the simulated engine does with its memory, its front end, and the steps in which nothing changes. */
import * as Engine from "@aiguilleur/lab/engine/Engine"
import * as Profile from "@aiguilleur/lab/engine/Profile"
import type { Demand, Sequence } from "@aiguilleur/lab/engine/Sequence"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { runs } from "../../../core/test/fuzz/Fuzz.ts"

const demand = (id: string, given: Partial<Demand> = {}): Demand => ({
  id,
  promptTokens: 32,
  outputTokens: 3,
  finish: "length",
  priority: 0,
  passes: 1,
  ...given
})

const submit = (engine: Engine.Engine, now: number, asked: Demand): Sequence => {
  const submission = engine.submit(now, asked)
  if (typeof submission === "string") return assert.fail(submission)
  return submission
}

const ends = (engine: Engine.Engine, until = 1e7) =>
  engine.advance(until).filter(({ finished }) => finished !== undefined).map(({ at, sequence }) =>
    `${sequence.id}@${at}`
  )

/** Six blocks of sixteen tokens. */
const small: Profile.Profile = { ...Profile.test, kvTokens: 96, maxModelLen: 96 }

describe("the KV cache", () => {
  it("keeps a prompt waiting until there are blocks for it", () => {
    const engine = Engine.make({ profile: small })
    submit(engine, 0, demand("a", { promptTokens: 64 }))
    submit(engine, 0, demand("b", { promptTokens: 33 }))
    engine.advance(1)
    assert.deepStrictEqual([engine.running(), engine.waiting()], [1, 1])
    assert.deepStrictEqual(ends(engine), ["a@3", "b@6"])
  })

  it("sends the newest back when the others need its blocks, and computes it again", () => {
    const engine = Engine.make({ profile: small })
    submit(engine, 0, demand("a", { promptTokens: 48, outputTokens: 20 }))
    const newest = submit(engine, 0, demand("b", { promptTokens: 48, outputTokens: 20 }))
    engine.advance(2)
    assert.deepStrictEqual([engine.running(), engine.waiting(), engine.counters.preemptions], [1, 1, 1])
    assert.deepStrictEqual(ends(engine), ["a@20", "b@39"])
    assert.deepStrictEqual([newest.preemptions, newest.generated], [1, 20])
    assert.strictEqual(engine.counters.promptTokens, 96)
    assert.strictEqual(engine.kvUsage(), 0)
  })

  it("computes again not only the prompt that was sent back, but what had been answered of it", () => {
    const engine = Engine.make({ profile: { ...small, b: 1 } })
    submit(engine, 0, demand("a", { promptTokens: 44, outputTokens: 30 }))
    const newest = submit(engine, 0, demand("b", { promptTokens: 40, outputTokens: 30 }))
    while (newest.preemptions === 0) engine.step()
    const answered = newest.generated
    assert.isAbove(answered, 1)
    const before = newest.lastTokenAt!
    const alone = engine.clock()
    while (newest.generated === answered) engine.step()
    assert.strictEqual(engine.counters.queriedTokens, 44 + 40 + 40 + answered)
    // once a has left, one step of 1 ms and 1 for each token that is computed
    assert.isAtLeast(newest.lastTokenAt! - Math.max(before, alone), 40 + answered + 1)
    assert.strictEqual(engine.kvUsage(), Math.ceil((40 + newest.generated) / 16) / 6)
  })

  it("does not compute a prefix that it still knows", () => {
    const profile = { ...Profile.test, b: 1 }
    const engine = Engine.make({ profile })
    submit(engine, 0, demand("a", { prefix: [71, 72], outputTokens: 1 }))
    engine.advance(100)
    submit(engine, 100, demand("b", { prefix: [71, 72, 73], promptTokens: 50, outputTokens: 1 }))
    // 1 ms for the step, 50 - 32 tokens to compute
    assert.deepStrictEqual(ends(engine), ["b@119"])
    assert.strictEqual(engine.counters.reusedTokens, 32)
  })

  it("always computes the last token, even of a prompt that it knows whole", () => {
    const engine = Engine.make({ profile: { ...Profile.test, b: 1 } })
    for (const [id, at] of [["a", 0], ["b", 100]] as const) {
      submit(engine, at, demand(id, { prefix: [1, 2], outputTokens: 1 }))
      engine.advance(at + 50)
    }
    assert.strictEqual(engine.counters.reusedTokens, 31)
  })

  it("forgets the prefix that was unused for longest, its tail first", () => {
    const engine = Engine.make({ profile: small })
    submit(engine, 0, demand("a", { prefix: [1, 2], outputTokens: 1 }))
    submit(engine, 10, demand("b", { prefix: [3, 4], outputTokens: 1 }))
    // five of six blocks: four unknown, so of the two prefixes three blocks go
    submit(engine, 20, demand("c", { promptTokens: 70, outputTokens: 1 }))
    const again = submit(engine, 30, demand("d", { prefix: [3, 4], outputTokens: 1 }))
    engine.advance(100)
    assert.strictEqual(again.reused, 16)
  })

  it("refuses a prompt that its memory could never hold", () => {
    const engine = Engine.make({ profile: { ...small, maxModelLen: 1000 } })
    assert.strictEqual(engine.submit(0, demand("a", { promptTokens: 96 })), "prompt-too-long")
  })
})

describe("the front end", () => {
  it("reads one request after another, the slower the more are being answered", () => {
    const engine = Engine.make({ profile: { ...Profile.test, frontEnd: { request: 10, chunk: 2 } } })
    for (const id of ["a", "b"]) submit(engine, 0, demand(id, { outputTokens: 40 }))
    assert.strictEqual(engine.nextEventAt(), 10)
    assert.deepStrictEqual([engine.waiting(), engine.running()], [2, 0])
    const first = engine.advance(25).filter(({ token }) => token === 1)
    assert.deepStrictEqual(first.map(({ at }) => at), [11, 21])
    for (const id of ["c", "d"]) submit(engine, 25, demand(id, { outputTokens: 1 }))
    // 10 ms for itself, 2 for each of the two others; of those that come together each is read once, and all wait for
    // the same chunks
    assert.deepStrictEqual(ends(engine, 56).filter((end) => !end.startsWith("a")), ["c@40", "d@50"])
  })

  it("forgets a request whose client leaves while it is being read", () => {
    const engine = Engine.make({ profile: { ...Profile.test, frontEnd: { request: 10, chunk: 0 } } })
    engine.abort(5, submit(engine, 0, demand("a")))
    assert.deepStrictEqual([engine.waiting(), engine.nextEventAt()], [0, 5])
    assert.strictEqual(engine.advance(100).length, 1)
    assert.isUndefined(engine.nextEventAt())
  })
})

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

const Move = Schema.Struct({
  wait: between(0, 40),
  promptTokens: between(1, 60),
  outputTokens: between(0, 60),
  known: between(0, 3),
  times: between(1, 4),
  abort: Schema.Boolean
})

/** One makes room for the others, and there is a place for it again in the step after. */
const madeRoom = [
  [0, 1, 0, 0, 1, false],
  [0, 1, 0, 0, 1, false],
  [14, 22, 33, 2, 4, false],
  [39, 9, 49, 1, 4, true],
  [2, 10, 16, 3, 2, true],
  [20, 56, 6, 1, 1, false],
  [39, 57, 55, 2, 4, false],
  [25, 57, 47, 2, 2, true],
  [29, 42, 48, 1, 4, false]
] as const

describe("jumping", () => {
  const check = (moves: ReadonlyArray<typeof Move.Type>) => {
    const profile = {
      ...Profile.test,
      // Binary fractions, which add up exactly: what falls together in steps does so in jumps.
      t0: 3,
      a: 0.75,
      b: 0.125,
      k: 1 / 64,
      maxNumBatchedTokens: 48,
      kvTokens: 320,
      frontEnd: { request: 0.875, chunk: 0.25 }
    }
    const run = (jumps: boolean) => {
      const engine = Engine.make({ profile, maxNumSeqs: 4, jumps })
      const sequences: Array<Sequence> = []
      let now = 0
      for (const { abort, known, outputTokens, promptTokens, times, wait } of moves) {
        now += wait
        engine.slowDown(now, times)
        const prefix = [5, 6, 7].slice(0, Math.min(known, Math.floor(promptTokens / 16)))
        sequences.push(submit(engine, now, demand(String(sequences.length), { promptTokens, outputTokens, prefix })))
        if (abort) engine.abort(now, sequences[Math.floor(sequences.length / 2)]!)
      }
      const seen: Array<string> = []
      for (let at = engine.nextEventAt(); at !== undefined; at = engine.nextEventAt()) {
        for (const { finished, sequence } of engine.advance(at)) if (finished !== undefined) seen.push(sequence.id)
      }
      assert.strictEqual(engine.kvUsage(), 0)
      return { sequences, seen, counters: engine.counters }
    }
    const jumped = run(true)
    const stepped = run(false)
    for (const [index, sequence] of stepped.sequences.entries()) {
      const other = jumped.sequences[index]!
      for (const at of ["firstTokenAt", "finishedAt"] as const) {
        assert.strictEqual(other[at], sequence[at], `${at} of ${index}`)
      }
      assert.strictEqual(other.generated, sequence.generated)
    }
    assert.strictEqual(jumped.counters.generationTokens, stepped.counters.generationTokens)
    assert.strictEqual(jumped.counters.steps, stepped.counters.steps)
    assert.strictEqual(jumped.counters.preemptions, stepped.counters.preemptions)
    return stepped.counters
  }

  it.prop("gives every first token and every end at the instant at which steps give it", [Schema.Array(Move)], ([
    moves
  ]) => {
    check(moves)
  }, runs(1_000))

  it("lets one that made room come back in the step after, as steps do", () => {
    const { preemptions } = check(madeRoom.map(([wait, promptTokens, outputTokens, known, times, abort]) => ({
      wait,
      promptTokens,
      outputTokens,
      known,
      times,
      abort
    })))
    assert.isAbove(preemptions, 0)
  })
})
