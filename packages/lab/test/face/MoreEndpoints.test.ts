/** The endpoints beside chat, texts and embeddings, over real HTTP. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import * as Speech from "@aiguilleur/lab/face/Speech"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ask } from "./Client.ts"

interface Event {
  readonly type: string
  readonly [member: string]: unknown
}

/** Every event, whose name must be what its data calls itself. */
const named = (text: string): Array<Event> =>
  text.split("\n\n").slice(0, -1).map((event) => {
    const [, name, data] = /^event: (.+)\ndata: (.+)$/.exec(event)!
    const parsed = JSON.parse(data!) as Event
    assert.strictEqual(parsed.type, name)
    return parsed
  })

const deltas = (events: ReadonlyArray<Event>, type: string) => events.filter((event) => event.type === type)

describe.each(["vllm", "lmdeploy", "ollama"] as const)("a simulated %s", (face) => {
  const start = SimulatedServer.start({ face, models: ["simulated"], maxNumSeqs: 4 })

  it.effect("answers responses, whole and in numbered events that end with the usage", () =>
    Effect.gen(function*() {
      const server = yield* start
      const body = { messages: undefined, input: "Say it.", max_output_tokens: 3, max_tokens: undefined }
      const whole = (yield* ask(server, { path: "/v1/responses", body })).json()
      assert.deepStrictEqual([whole.status, whole.output[0].content[0].text], ["incomplete", Speech.say(3)])
      assert.deepInclude(whole.usage, { input_tokens: 2, output_tokens: 3, total_tokens: 5 })
      const events = named((yield* ask(server, { path: "/v1/responses", body: { ...body, stream: true } })).text)
      assert.deepStrictEqual(events.map((event) => event["sequence_number"]), events.map((_, at) => at))
      assert.strictEqual(
        deltas(events, "response.output_text.delta").map(({ delta }) => delta).join(""),
        Speech.say(3)
      )
      assert.strictEqual(events[0]!.type, "response.created")
      assert.nestedPropertyVal(events.at(-1), "response.usage.output_tokens", 3)
    }))

  it.effect("answers Anthropic's messages, whole and in its events", () =>
    Effect.gen(function*() {
      const server = yield* start
      const path = "/v1/messages"
      const whole = (yield* ask(server, { path, body: { max_tokens: 3 } })).json()
      assert.deepStrictEqual([whole.content[0].text, whole.stop_reason], [Speech.say(3), "max_tokens"])
      assert.deepStrictEqual(whole.usage, { input_tokens: 2, output_tokens: 3 })
      const events = named(
        (yield* ask(server, { path, body: { max_tokens: 3, stream: true, system: "Be brief." } })).text
      )
      assert.deepStrictEqual(events.map(({ type }) => type).filter((type) => type !== "content_block_delta"), [
        "message_start",
        "content_block_start",
        "content_block_stop",
        "message_delta",
        "message_stop"
      ])
      assert.nestedPropertyVal(events.at(-2), "usage.output_tokens", 3)
      const unknown = yield* ask(server, { path, body: { model: "nowhere" } })
      assert.deepStrictEqual([unknown.status, unknown.json().type], [404, "error"])
      assert.match(unknown.json().error.message, /nowhere/)
    }))
})

describe("a simulated vLLM", () => {
  it.effect("ranks and scores, and counts the tokens of both sides", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start()
      const documents = ["one", "another", "a third"]
      const ranked = (yield* ask(server, { path: "/v1/rerank", body: { query: "which?", documents } })).json()
      const scores = ranked.results.map(({ relevance_score }: { relevance_score: number }) => relevance_score)
      assert.deepStrictEqual(scores, scores.toSorted((a: number, b: number) => b - a))
      assert.strictEqual(ranked.usage.total_tokens, Speech.countTokens(["which?", ...documents].join("\n")))
      const scored = (yield* ask(server, { path: "/score", body: { text_1: "which?", text_2: documents } })).json()
      assert.lengthOf(scored.data, 3)
      assert.strictEqual((yield* ask(server, { path: "/v1/score", body: { text_1: "a" } })).status, 400)
    }))

  it.effect("writes a text in tokens and reads it back, without work for the engine", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start()
      const prompt = "Il était une fois"
      const { count, tokens } = (yield* ask(server, { path: "/tokenize", body: { prompt } })).json()
      assert.strictEqual(count, tokens.length)
      assert.strictEqual((yield* ask(server, { path: "/detokenize", body: { tokens } })).json().prompt, prompt)
      assert.strictEqual(server.received(), 0)
      assert.strictEqual((yield* ask(server, { path: "/tokenize", body: { model: "nowhere" } })).status, 404)
    }))
})
