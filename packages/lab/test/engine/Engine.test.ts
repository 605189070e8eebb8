/** The step loop: what a step costs, who is in it, and what comes out. */
import * as Engine from "@aiguilleur/lab/engine/Engine"
import * as Profile from "@aiguilleur/lab/engine/Profile"
import type { Demand, Sequence } from "@aiguilleur/lab/engine/Sequence"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

const demand = (id: string, given: Partial<Demand> = {}): Demand => ({
  id,
  promptTokens: 10,
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

/** Emissions as short texts: `a1@5` is a's first token at 5; the last one says how it ended. */
const told = (emissions: ReadonlyArray<Engine.Emission>) =>
  emissions.map(({ at, finished, sequence, token }) =>
    `${sequence.id}${token}@${at}${finished === undefined ? "" : ` ${finished}`}`
  )

const uneven: Profile.Profile = { ...Profile.test, t0: 100, a: 10, b: 1, k: 0.5, maxNumBatchedTokens: 64 }

describe("stepTime", () => {
  it("adds up the weights, the sequences, the prompt and the context", () => {
    assert.strictEqual(Profile.stepTime(uneven, { decoding: 0, prefillTokens: 0, contextTokens: 0 }), 100)
    assert.strictEqual(Profile.stepTime(uneven, { decoding: 3, prefillTokens: 20, contextTokens: 8 }), 154)
  })
})

describe("Engine", () => {
  it("computes the prompt in the step that says the first token", () => {
    const engine = Engine.make({ profile: uneven })
    submit(engine, 0, demand("a"))
    // 100 + 10 prompt tokens; 100 + 10 decoding + half of 11, then of 12
    assert.deepStrictEqual(told(engine.advance(1000)), ["a1@110", "a2@225.5", "a3@341.5 length"])
    assert.isUndefined(engine.nextEventAt())
  })

  it("cuts a long prompt to what a step may compute, after the decoding sequences have had their tokens", () => {
    const engine = Engine.make({ profile: uneven })
    submit(engine, 0, demand("a", { outputTokens: 20 }))
    engine.advance(110)
    const long = submit(engine, 110, demand("b", { promptTokens: 100, outputTokens: 1 }))
    engine.step()
    // the step in progress had begun without it
    assert.strictEqual(long.computed, 0)
    engine.step()
    assert.strictEqual(long.computed, 63)
    assert.deepStrictEqual(told(engine.step()).map((text) => text.split("@")[0]), ["a4", "b1"])
    assert.strictEqual(long.computed, 100)
  })

  it("lets a request that arrives during a step wait for the next one", () => {
    const engine = Engine.make({ profile: Profile.test })
    submit(engine, 0, demand("a"))
    engine.advance(0.5)
    submit(engine, 0.5, demand("b", { outputTokens: 1 }))
    assert.strictEqual(engine.waiting(), 1)
    assert.deepStrictEqual(told(engine.advance(2)), ["a1@1", "a2@2", "b1@2 length"])
  })

  it("gives a late driver the instants that a punctual one would have seen", () => {
    const late = Engine.make({ profile: uneven })
    const punctual = Engine.make({ profile: uneven })
    for (const engine of [late, punctual]) {
      submit(engine, 3, demand("a", { outputTokens: 40 }))
      submit(engine, 3, demand("b", { outputTokens: 7, promptTokens: 500 }))
    }
    const seen: Array<string> = []
    for (let at = punctual.nextEventAt(); at !== undefined; at = punctual.nextEventAt()) {
      seen.push(...told(punctual.advance(at)))
    }
    assert.deepStrictEqual(told(late.advance(1e6)), seen)
    assert.strictEqual(seen.length, 47)
  })

  it("keeps a request out of the steps that ended before it came, however late the driver is", () => {
    const engine = Engine.make({ profile: Profile.test })
    submit(engine, 0, demand("a"))
    submit(engine, 10, demand("b", { outputTokens: 1 }))
    assert.deepStrictEqual(told(engine.advance(11)), ["a1@1", "a2@2", "a3@3 length", "b1@11 length"])
  })

  it("holds no more than max_num_seqs, and fills a place in the step after it falls free", () => {
    const engine = Engine.make({ profile: Profile.test, maxNumSeqs: 2 })
    for (const id of ["a", "b", "c"]) submit(engine, 0, demand(id, { outputTokens: id === "a" ? 1 : 2 }))
    engine.advance(0)
    assert.deepStrictEqual([engine.running(), engine.waiting()], [2, 1])
    assert.deepStrictEqual(told(engine.advance(1)), ["a1@1 length", "b1@1"])
    assert.deepStrictEqual(told(engine.advance(3)), ["b2@2 length", "c1@2", "c2@3 length"])
  })

  const order = (settings: Partial<Engine.Settings>) => {
    const engine = Engine.make({ profile: Profile.test, maxNumSeqs: 1, ...settings })
    const priorities = { a: 5, b: 0, c: -1, d: 5, e: 0 }
    for (const [id, priority] of Object.entries(priorities)) {
      submit(engine, 0, demand(id, { priority, outputTokens: 1 }))
    }
    return engine.advance(100).map(({ sequence }) => sequence.id).join("")
  }

  it("serves first come first served, whatever the priorities, unless told otherwise", () => {
    assert.strictEqual(order({}), "abcde")
  })

  it("serves the lower priority first under priority scheduling, and equals in order of arrival", () => {
    assert.strictEqual(order({ priorityScheduling: true }), "cbead")
  })

  it("forgets a waiting request at once when its client leaves", () => {
    const engine = Engine.make({ profile: Profile.test, maxNumSeqs: 1, maxQueued: 2 })
    submit(engine, 0, demand("a"))
    const gone = submit(engine, 0, demand("b"))
    assert.strictEqual(engine.submit(0, demand("c")), "queue-full")
    engine.abort(0, gone)
    assert.strictEqual(engine.waiting(), 1)
    assert.strictEqual(engine.counters.finished.abort, 1)
    submit(engine, 0, demand("d", { outputTokens: 1 }))
    assert.deepStrictEqual(told(engine.advance(9)), ["b0@0 abort", "a1@1", "a2@2", "a3@3 length", "d1@4 length"])
  })

  it("gives an aborted sequence no token more, and its place away when the step in progress ends", () => {
    const engine = Engine.make({ profile: Profile.test, maxNumSeqs: 1 })
    const gone = submit(engine, 0, demand("a"))
    submit(engine, 0, demand("b", { outputTokens: 1 }))
    engine.advance(1)
    engine.abort(1.5, gone)
    assert.deepStrictEqual([engine.running(), engine.waiting(), engine.counters.finished.abort], [0, 1, 0])
    assert.deepStrictEqual(told(engine.advance(3)), ["a0@2 abort", "b1@3 length"])
    assert.strictEqual(engine.counters.finished.abort, 1)
    assert.strictEqual(gone.generated, 1)
    assert.strictEqual(engine.counters.generationTokens, 2)
  })

  it("counts an abort once, and none after the end", () => {
    const engine = Engine.make({ profile: Profile.test })
    const gone = submit(engine, 0, demand("a"))
    const done = submit(engine, 0, demand("b", { outputTokens: 1 }))
    engine.advance(1)
    for (const sequence of [gone, gone, done]) engine.abort(1, sequence)
    engine.advance(9)
    engine.abort(9, gone)
    assert.deepStrictEqual(engine.counters.finished, { stop: 0, length: 1, abort: 1 })
    assert.deepStrictEqual([engine.running(), engine.waiting(), engine.contextTokens()], [0, 0, 0])
  })

  it("refuses a prompt that leaves no room for an answer", () => {
    const engine = Engine.make({ profile: { ...Profile.test, maxModelLen: 100 } })
    assert.strictEqual(engine.submit(0, demand("a", { promptTokens: 100 })), "prompt-too-long")
    assert.strictEqual(submit(engine, 0, demand("b", { promptTokens: 99 })).id, "b")
  })

  it("counts a prompt when it is computed, a token when it is said, and times both on its own clock", () => {
    const engine = Engine.make({ profile: { ...Profile.test, t0: 250 } })
    submit(engine, 0, demand("a", { promptTokens: 40 }))
    engine.advance(249)
    assert.strictEqual(engine.counters.promptTokens, 0)
    engine.advance(250)
    assert.strictEqual(engine.counters.promptTokens, 40)
    assert.strictEqual(engine.counters.generationTokens, 1)
    assert.strictEqual(engine.contextTokens(), 41)
    engine.advance(1000)
    const { endToEnd, firstToken, interToken } = engine.counters
    assert.deepStrictEqual([firstToken.sum, interToken.sum, endToEnd.sum], [0.25, 0.5, 0.75])
    assert.deepStrictEqual(firstToken.counts.indexOf(1), firstToken.bounds.indexOf(0.25))
  })

  it("multiplies the time to first token of a slow prefill", () => {
    const engine = Engine.make({ profile: uneven })
    submit(engine, 0, demand("a", { passes: 4, outputTokens: 1 }))
    assert.deepStrictEqual(told(engine.advance(1000)), ["a1@440 length"])
    assert.strictEqual(engine.counters.promptTokens, 10)
  })

  it("ends an embedding with its prompt, without a token", () => {
    const engine = Engine.make({ profile: Profile.test })
    submit(engine, 0, demand("a", { outputTokens: 0, finish: "stop" }))
    assert.deepStrictEqual(told(engine.advance(9)), ["a0@1 stop"])
    assert.deepStrictEqual([engine.counters.generationTokens, engine.counters.firstToken.count], [0, 0])
  })

  const small = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

  const Move = Schema.Struct({
    wait: small(0, 4),
    promptTokens: small(1, 40),
    outputTokens: small(0, 6),
    priority: small(0, 2),
    abort: Schema.Boolean
  })

  it.prop("ends every sequence exactly once, in random histories, with all of its tokens or an abort", [
    Schema.Array(Move)
  ], ([moves]) => {
    const profile = { ...uneven, t0: 1, b: 0.1, maxNumBatchedTokens: 16 }
    const engine = Engine.make({ profile, maxNumSeqs: 3, priorityScheduling: true })
    const sequences: Array<Sequence> = []
    const out: Array<Engine.Emission> = []
    let now = 0
    for (const move of moves) {
      now += move.wait
      sequences.push(submit(engine, now, demand(String(sequences.length), move)))
      if (move.abort) engine.abort(now, sequences[Math.floor(sequences.length / 2)]!)
      if (move.wait > 2) out.push(...engine.advance(now))
      assert.isAtMost(engine.running(), 3)
    }
    out.push(...engine.advance(now + 1e6))
    assert.isUndefined(engine.nextEventAt())
    for (const sequence of sequences) {
      const own = out.filter((emission) => emission.sequence === sequence)
      assert.strictEqual(own.filter(({ finished }) => finished !== undefined).length, 1)
      assert.strictEqual(own.at(-1)?.finished, sequence.aborted ? "abort" : "length")
      if (!sequence.aborted) assert.strictEqual(sequence.generated, sequence.outputTokens)
    }
    const { finished, generationTokens } = engine.counters
    assert.strictEqual(finished.abort + finished.length + finished.stop, sequences.length)
    assert.strictEqual(generationTokens, out.filter(({ token, finished }) => token > 0 && finished !== "abort").length)
  })
})
