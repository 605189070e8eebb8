/** The official SDK against a fleet of which one server in three fails at random. `SDK_REQUESTS=1000` for the full number. */
import type { Fault } from "@aiguilleur/lab/face/Fault"
import * as Speech from "@aiguilleur/lab/face/Speech"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import OpenAI, { APIError } from "openai"
import * as Rig from "../Rig.ts"
import { Dice } from "../wire/Dice.ts"

const requests = Number(process.env["SDK_REQUESTS"] ?? 100)
const concurrency = 12
const seed = 7

// What ends in time by itself. A refused token or an unknown model would put the server out for a minute, and a crash
// for longer each time: those are the matrix's.
const retriable: ReadonlyArray<Fault> = [
  {},
  {},
  {},
  { status: 500 },
  { status: 502 },
  { status: 504 },
  { status: 429, retryAfter: 0.02 },
  { status: 503, retryAfter: 0.02 },
  { status: 529, retryAfter: 0.02 },
  { close: true },
  { reset: true },
  { headersThenClose: true },
  { slowDrain: 200 }
]
const whole: ReadonlyArray<Fault> = [...retriable, { cutAfter: 1 }, { stallAfter: 1 }]
const streamed: ReadonlyArray<Fault> = [
  ...retriable,
  { headersThenStall: true },
  { hang: true },
  { errorAfter: 0 },
  { errorAfter: 2 },
  { cutAfter: 0 },
  { cutAfter: 3 },
  { cutInside: 1 },
  { cutInside: 4 },
  { cutBeforeDone: true },
  { stallAfter: 2 }
]

const fleet = (faults: ReadonlyArray<Fault>) =>
  Effect.gen(function*() {
    const rig = yield* Rig.make({
      servers: [{}, {}, {}],
      settings: { firstByte: 1_000, idle: 1_000 },
      // Nobody waits for longer than an ejection lasts.
      server: { maxConcurrent: concurrency }
    })
    const dice = new Dice(seed)
    for (let n = 0; n < 4 * requests; n++) rig.server.fault(dice.pick(faults), { times: 1 })
    const openai = new OpenAI({ baseURL: `${rig.url}/v1`, apiKey: Rig.secret, maxRetries: 0 })
    return { rig, openai, dice }
  })

const question = (tokens: number) => ({
  model: "test-model",
  messages: [{ role: "user" as const, content: "Say something." }],
  max_tokens: tokens
})

const each = <A>(use: (n: number) => Promise<A>) =>
  Effect.forEach(Array.from({ length: requests }, (_, n) => n), (n) => Effect.promise(() => use(n)), { concurrency })

const nothingLeft = Effect.fnUntraced(function*(rig: Rig.Rig) {
  yield* rig.inFlight.drained
  const { leases, waiting } = yield* rig.dispatcher.snapshot
  assert.deepStrictEqual({ leases, waiting }, { leases: 0, waiting: 0 })
})

describe("The official SDK, without retries of its own, before a server that fails at random", () => {
  it.live(`gets ${requests} answers for ${requests} requests`, () =>
    Effect.gen(function*() {
      const { openai, rig } = yield* fleet(whole)
      const texts = yield* each(async (n) => {
        const answer = await openai.chat.completions.create(question(1 + n % 20))
        return answer.choices[0]!.message.content
      })
      texts.forEach((text, n) => assert.strictEqual(text, Speech.say(1 + n % 20)))
      assert.isAbove(rig.usage.attempts.length, requests, "nothing failed: nothing was shown")
      yield* nothingLeft(rig)
    }), 120_000)

  it.live(`gets ${requests} streams whole, or an exception for what is missing`, () =>
    Effect.gen(function*() {
      const { openai, rig } = yield* fleet(streamed)
      const ended = yield* each(async (n) => {
        const tokens = 5 + n % 20
        let text = ""
        try {
          for await (const chunk of await openai.chat.completions.create({ ...question(tokens), stream: true })) {
            text += chunk.choices[0]?.delta.content ?? ""
          }
        } catch (error) {
          assert.instanceOf(error, APIError)
          assert.isTrue(Speech.say(tokens).startsWith(text))
          return "thrown"
        }
        assert.strictEqual(text, Speech.say(tokens), "a stream that was silently short")
        return "whole"
      })
      const thrown = ended.filter((how) => how === "thrown").length
      assert.isAbove(thrown, 0, "nothing broke: nothing was shown")
      assert.isBelow(thrown, requests / 3)
      yield* nothingLeft(rig)
    }), 120_000)
})
