import { assert, describe, it } from "@effect/vitest"
import { AnswerUsage } from "../../src/wire/AnswerUsage.ts"
import { EventStream } from "../../src/wire/EventStream.ts"
import { type Observed, StreamUsage } from "../../src/wire/StreamUsage.ts"
import { Usage } from "../../src/wire/Usage.ts"
import { bytewise, cut, Dice } from "./Dice.ts"

/** A stream of these payloads, and what is observed of each. */
const observe = (...payloads: ReadonlyArray<unknown>) => {
  const usage = new StreamUsage()
  const observed: Array<Observed> = []
  const stream = new EventStream((event) => observed.push(usage.observe(event)) > 0)
  const text = payloads.map((payload) => `data: ${typeof payload === "string" ? payload : JSON.stringify(payload)}\n\n`)
  stream.push(Buffer.from(text.join("")))
  return { observed, usage, report: usage.report() }
}

const delta = (content: unknown, usage?: unknown) => ({
  object: "chat.completion.chunk",
  choices: [{ index: 0, delta: { content }, finish_reason: null }],
  usage
})

const answered = (body: unknown, longest?: number, dice?: Dice) => {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body))
  const usage = new AnswerUsage(longest)
  for (const chunk of dice === undefined ? [bytes] : cut(bytes, dice, 6)) usage.push(chunk)
  return usage.report()
}

describe("StreamUsage", () => {
  it("reads the usage of chat completions and tells the extra event from the others", () => {
    const { observed, report, usage } = observe(
      { choices: [{ delta: { role: "assistant", content: "" } }], usage: null },
      delta("Bon", null),
      delta("jour"),
      { choices: [{ delta: {}, finish_reason: "stop" }], usage: null },
      { choices: [], usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 } },
      "[DONE]"
    )
    assert.deepEqual(observed, ["other", "content", "content", "other", "usage-only", "other"])
    assert.deepEqual(report, { promptTokens: 9, completionTokens: 3, absurd: [] })
    assert.strictEqual(usage.outputTokens(true), 3)
  })

  it("keeps the last of figures that come with every event, and does not call such an event extra", () => {
    const { observed, report } = observe(
      delta("a", { prompt_tokens: 9, completion_tokens: 1 }),
      delta("b", { prompt_tokens: 9, completion_tokens: 2 })
    )
    assert.deepEqual(observed, ["content", "content"])
    assert.strictEqual(report.completionTokens, 2)
  })

  it("reads the usage of responses from the event that completes them", () => {
    const { observed, report } = observe(
      { type: "response.created", response: { usage: null, output: [] } },
      { type: "response.output_text.delta", delta: "Bonjour" },
      { type: "response.completed", response: { usage: { input_tokens: 5, output_tokens: 7 } } }
    )
    assert.deepEqual(observed, ["other", "content", "other"])
    assert.deepEqual(report, { promptTokens: 5, completionTokens: 7, absurd: [] })
  })

  it("reads the usage of Anthropic's messages from their start and their end", () => {
    const { observed, report } = observe(
      {
        type: "message_start",
        message: { usage: { input_tokens: 10, cache_read_input_tokens: 90, output_tokens: 1 } }
      },
      { type: "content_block_delta", delta: { type: "text_delta", text: "Bonjour" } },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 15 } }
    )
    assert.strictEqual(observed[1], "content")
    assert.deepEqual(report, { promptTokens: 100, completionTokens: 15, absurd: [] })
  })

  it("counts the events with content of a stream that was cut, whatever its protocol", () => {
    const { usage } = observe(
      { type: "message_start", message: { usage: { input_tokens: 10, output_tokens: 1 } } },
      delta("a"),
      { choices: [{ text: "b" }] },
      { choices: [{ delta: { reasoning_content: "c" } }] },
      { choices: [{ delta: { content: null, tool_calls: [{ function: { arguments: "{" } }] } }] },
      { type: "content_block_delta", delta: { type: "input_json_delta", partial_json: "{}" } },
      { choices: [{ delta: { content: "" } }] }
    )
    assert.strictEqual(usage.contentEvents, 5)
    assert.strictEqual(usage.outputTokens(false), 5)
    assert.strictEqual(usage.outputTokens(true), 1)
  })

  it("is not taken in by what the model writes", () => {
    const { observed, report } = observe(
      delta("\"usage\": {\"prompt_tokens\": 1000000}"),
      delta("\"choices\":[],\"usage\":{\"completion_tokens\":1}")
    )
    assert.deepEqual(observed, ["content", "content"])
    assert.deepEqual(report, { promptTokens: undefined, completionTokens: undefined, absurd: [] })
  })

  it("survives events that are not JSON, or JSON of another shape", () => {
    const { report } = observe(
      "{\"usage\":{\"prompt_tokens\":",
      "\"usage\": 1",
      "[{\"usage\":{}}]",
      "{\"usage\":[1]}",
      "null"
    )
    assert.deepEqual(report, { promptTokens: undefined, completionTokens: undefined, absurd: [] })
  })

  it("does not parse an event whose usage is null or missing", () => {
    const parse = JSON.parse
    let parsed = 0
    JSON.parse = (text: string) => {
      parsed++
      return parse(text)
    }
    try {
      observe(delta("a", null), delta("b"), "{\"usage\" : null}")
      assert.strictEqual(parsed, 0)
      observe(delta("a", {}))
      assert.strictEqual(parsed, 1)
    } finally {
      JSON.parse = parse
    }
  })
})

describe("Usage", () => {
  const absurd: ReadonlyArray<readonly [unknown, string]> = [
    [-1, "-1"],
    [1.5, "1.5"],
    [2 ** 31, "2147483648"],
    [1e300, "1e+300"],
    ["12", "\"12\""],
    [true, "true"],
    [{ a: "x".repeat(100) }, `{"a":"${"x".repeat(34)}`]
  ]
  it.each(absurd)("reports %j as absurd and does not believe it", (figure, value) => {
    const usage = new Usage()
    usage.take({ prompt_tokens: figure, completion_tokens: 4 })
    assert.deepEqual(usage.report(), {
      promptTokens: undefined,
      completionTokens: 4,
      absurd: [{ field: "prompt_tokens", value }]
    })
  })

  it("reports the first few absurd figures of many", () => {
    const usage = new Usage()
    for (let i = 0; i < 100; i++) usage.take({ output_tokens: -i - 1 })
    assert.strictEqual(usage.report().absurd.length, 4)
  })

  it("keeps a sum of cached and new tokens within what it believes", () => {
    const usage = new Usage()
    usage.take({ input_tokens: 2 ** 31 - 1, cache_read_input_tokens: 2 ** 31 - 1 })
    assert.strictEqual(usage.report().promptTokens, 2 ** 31 - 1)
  })
})

describe("AnswerUsage", () => {
  const chat = {
    id: "chatcmpl-1",
    choices: [{ message: { role: "assistant", content: "\"usage\": {\"prompt_tokens\": 77}" } }],
    usage: { prompt_tokens: 9, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 1 } }
  }

  it("reads the usage of every kind of answer", () => {
    assert.deepEqual(answered(chat), { promptTokens: 9, completionTokens: 3, absurd: [] })
    assert.deepEqual(
      answered({ object: "response", usage: { input_tokens: 1, output_tokens: 2 } }),
      { promptTokens: 1, completionTokens: 2, absurd: [] }
    )
    assert.deepEqual(
      answered({ object: "list", data: [], usage: { prompt_tokens: 8, total_tokens: 8 } }),
      { promptTokens: 8, completionTokens: undefined, absurd: [] }
    )
    assert.deepEqual(
      answered({ type: "message", usage: { input_tokens: 3, output_tokens: 4 } }),
      { promptTokens: 3, completionTokens: 4, absurd: [] }
    )
  })

  it("reads it wherever the answer is cut, byte by byte included", () => {
    for (let seed = 0; seed < 200; seed++) {
      assert.strictEqual(answered(chat, undefined, new Dice(seed)).promptTokens, 9, `seed ${seed}`)
    }
    const usage = new AnswerUsage()
    for (const byte of bytewise(Buffer.from(JSON.stringify(chat)))) usage.push(byte)
    assert.strictEqual(usage.report().completionTokens, 3)
  })

  it("is not taken in by what only looks like it, before and after", () => {
    const usage = { prompt_tokens: 6 }
    const other = { usage: { prompt_tokens: 77 } }
    for (const like of [other, [other], JSON.stringify(other), "usage", "\\", { deep: [[other, {}]] }]) {
      assert.strictEqual(answered({ like, usage }).promptTokens, 6, JSON.stringify(like))
      assert.strictEqual(answered({ usage, like }).promptTokens, 6, JSON.stringify(like))
      assert.strictEqual(answered({ like }).promptTokens, undefined, JSON.stringify(like))
    }
    assert.strictEqual(answered({ usage, "\"usage": { prompt_tokens: 77 } }).promptTokens, 6)
    assert.strictEqual(answered("{\"us\\u0061ge\":{\"prompt_tokens\":6},\"like\":[\"usage\"]}").promptTokens, 6)
  })

  it("looks for it at the end of an answer that is too long to be read", () => {
    const long = { data: Array.from({ length: 5000 }, () => 0.125), usage: { prompt_tokens: 6, details: { a: 1 } } }
    for (let seed = 0; seed < 50; seed++) {
      assert.strictEqual(answered(long, 1000, new Dice(seed)).promptTokens, 6, `seed ${seed}`)
    }
    const tricked = {
      a: "x".repeat(5000),
      usage: { prompt_tokens: 6 },
      b: "\"usage\": {\"prompt_tokens\": 77}",
      usages: null
    }
    assert.strictEqual(answered(tricked, 1000).promptTokens, 6)
    const nested = { usage: { prompt_tokens: 77 } }
    for (const like of ["usage", nested, [nested]]) {
      assert.strictEqual(answered({ ...long, like }, 1000).promptTokens, 6, JSON.stringify(like))
    }
    const byOne = new AnswerUsage(1000)
    for (const byte of bytewise(Buffer.from(JSON.stringify(long)))) byOne.push(byte)
    assert.strictEqual(byOne.report().promptTokens, 6)
  })

  it("remembers usage that came early in an answer that is too long to be read", () => {
    const early = Buffer.from(JSON.stringify({ usage: { prompt_tokens: 6 }, data: Array(5000).fill(1) }))
    const usage = new AnswerUsage(1000)
    usage.push(early.subarray(0, 500))
    usage.push(early.subarray(500))
    assert.strictEqual(usage.report().promptTokens, 6)
  })

  it("says nothing about an answer that is null, cut, not JSON or not an object", () => {
    const nothing = { promptTokens: undefined, completionTokens: undefined, absurd: [] }
    for (
      const body of [
        "",
        "null",
        "[]",
        "Bonjour",
        "{\"usage\":null}",
        "{\"usage\":3}",
        "{\"usage\":{\"prompt_tok",
        "{\"usage\""
      ]
    ) {
      assert.deepEqual(answered(body), nothing, body)
      assert.deepEqual(answered(body, 2), nothing, body)
    }
    assert.deepEqual(answered(`{"a":"${"\"usage\":{".repeat(2000)}`, 100), nothing)
    assert.deepEqual(answered(`{"a":"x", "b":${"\"usage\":{".repeat(2000)}`, 100), nothing)
  })
})
