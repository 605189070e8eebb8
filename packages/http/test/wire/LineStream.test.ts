import { assert, describe, it } from "@effect/vitest"
import { Oversize } from "../../src/wire/EventStream.ts"
import { LineStream } from "../../src/wire/LineStream.ts"
import { LineUsage, textOf } from "../../src/wire/LineUsage.ts"
import type { EventKind } from "../../src/wire/ServerEvent.ts"
import { bytewise, cut, Dice } from "./Dice.ts"

const relay = (chunks: ReadonlyArray<Buffer>, limit?: number) => {
  const seen: Array<readonly [EventKind, string]> = []
  const usage = new LineUsage()
  const stream = new LineStream((event) => {
    usage.observe(event)
    return seen.push([event.kind, textOf(event).trim()]) > 0
  }, limit)
  const out: Array<Buffer> = []
  let failed = false
  for (const chunk of chunks) {
    const passed = stream.push(chunk)
    failed ||= passed instanceof Oversize
    out.push(passed instanceof Oversize ? passed.passed : passed)
  }
  out.push(stream.end())
  return { seen, usage, failed, text: Buffer.concat(out).toString("latin1") }
}

const line = (value: unknown) => `${JSON.stringify(value)}\n`

const chat = [
  line({ model: "m", message: { role: "assistant", content: "Bon" }, done: false }),
  line({ model: "m", message: { role: "assistant", content: "jour \"done\":true" }, done: false }),
  "\n",
  line({ model: "m", message: { role: "assistant", content: "" }, done: true, prompt_eval_count: 9, eval_count: 3 })
]

describe("LineStream", () => {
  it("forwards every byte in order and sees the same lines, wherever the stream is cut", () => {
    const bytes = Buffer.from(chat.join(""))
    const whole = relay([bytes])
    assert.strictEqual(whole.text, bytes.toString("latin1"))
    assert.deepStrictEqual(whole.seen.map(([kind]) => kind), ["data", "data", "comment", "data"])
    for (let seed = 0; seed < 500; seed++) {
      const parts = relay(cut(bytes, new Dice(seed), 5))
      assert.strictEqual(parts.text, whole.text, `seed ${seed}`)
      assert.deepStrictEqual(parts.seen, whole.seen, `seed ${seed}`)
    }
    assert.deepStrictEqual(relay(bytewise(bytes)).seen, whole.seen)
  })

  it("holds a line until it is whole, and gives one without an end when the upstream has ended", () => {
    const stream = new LineStream(() => true)
    assert.strictEqual(String(stream.push(Buffer.from("{\"a\":1}\n{\"b\""))), "{\"a\":1}\n")
    assert.strictEqual(String(stream.push(Buffer.from(":2"))), "")
    assert.strictEqual(String(stream.end()), "{\"b\":2")
  })

  it("refuses a line beyond its limit, and passes what came before it", () => {
    const bytes = Buffer.from(`{"a":1}\n{"b":"${"x".repeat(100)}"}\n`)
    for (const chunks of [[bytes.subarray(0, 90)], bytewise(bytes.subarray(0, 90))]) {
      const { failed, text } = relay(chunks, 64)
      assert.isTrue(failed)
      assert.strictEqual(text, "{\"a\":1}\n")
    }
  })

  const kinds: ReadonlyArray<readonly [text: string, kind: EventKind]> = [
    ["{\"error\":\"model runner has unexpectedly stopped\"}\n", "error"],
    ["{ \"error\" : \"x\"}\r\n", "error"],
    ["{\"message\":{\"content\":\"{\\\"error\\\":1}\"}}\n", "data"],
    ["{\"model\":\"m\",\"error\":\"later\"}\n", "data"],
    [" \n", "comment"]
  ]
  it.each(kinds)("tells the kind of %j: %s", (text, kind) => {
    assert.deepStrictEqual(relay([Buffer.from(text)]).seen.map(([kind]) => kind), [kind])
  })
})

describe("LineUsage", () => {
  it("takes the counts of the last line alone, and counts the others in case it never comes", () => {
    const { usage } = relay([Buffer.from(chat.join(""))])
    assert.deepStrictEqual(usage.report(), { promptTokens: 9, completionTokens: 3, absurd: [] })
    assert.strictEqual(usage.outputTokens(true), 3)
    const { usage: cutOff } = relay([Buffer.from(chat.slice(0, 2).join(""))])
    assert.isUndefined(cutOff.report().completionTokens)
    assert.strictEqual(cutOff.outputTokens(false), 2)
  })

  it("believes no figure that cannot be meant", () => {
    const { usage } = relay([Buffer.from(line({ done: true, prompt_eval_count: -1, eval_count: "many" }))])
    assert.deepStrictEqual(usage.report(), {
      promptTokens: undefined,
      completionTokens: undefined,
      absurd: [{ field: "prompt_eval_count", value: "-1" }, { field: "eval_count", value: "\"many\"" }]
    })
  })
})
