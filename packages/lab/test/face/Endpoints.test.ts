/** What each endpoint answers over real HTTP. */
import * as Profile from "@aiguilleur/lab/engine/Profile"
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import * as Speech from "@aiguilleur/lab/face/Speech"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ask, events, get, said, streamed } from "./Client.ts"

const tools = ["weather", "time"].map((name) => ({ type: "function", function: { name, parameters: {} } }))

describe("chat completions", () => {
  it.effect("streams a role, the words, a reason to finish, the usage, and [DONE]", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start()
      const answer = yield* ask(server, { body: streamed })
      assert.strictEqual(answer.headers.get("server"), "aiguilleur-simulated-engine")
      assert.strictEqual(answer.headers.get("content-type"), "text/event-stream; charset=utf-8")
      const data = events(answer.text)
      assert.strictEqual(data.pop(), "[DONE]")
      const chunks = data.map((text) => JSON.parse(text))
      const usage = chunks.pop()
      assert.deepStrictEqual(usage.choices, [])
      assert.deepInclude(usage.usage, { prompt_tokens: 2, completion_tokens: 8, total_tokens: 10 })
      assert.deepStrictEqual(chunks[0].choices[0].delta, { role: "assistant", content: "" })
      assert.deepStrictEqual(chunks.map(({ choices }) => choices[0].finish_reason), [
        ...Array.from({ length: 8 }, () => null),
        "length"
      ])
      assert.strictEqual(said(answer.text), Speech.say(8))
      assert.strictEqual(server.requests[0]?.text, Speech.say(8))
    }))

  it.effect("keeps the usage to itself unless it is asked for", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start()
      const { text } = yield* ask(server, { body: { stream: true } })
      assert.notInclude(text, "usage")
    }))

  it.effect("answers whole, and stops by itself when no length is asked for", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start({ defaultTokens: 5 })
      const { headers, json } = yield* ask(server, { body: { max_tokens: undefined } })
      assert.strictEqual(headers.get("content-type"), "application/json")
      assert.strictEqual(json().choices[0].message.content, Speech.say(5))
      assert.strictEqual(json().choices[0].finish_reason, "stop")
      assert.deepInclude(json().usage, { prompt_tokens: 2, completion_tokens: 5, total_tokens: 7 })
    }))

  it.effect("prefers max_completion_tokens, and never says more than it was started for", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start({ maxTokens: 10 })
      const short = yield* ask(server, { body: { max_completion_tokens: 2 } })
      assert.strictEqual(short.json().usage.completion_tokens, 2)
      const long = yield* ask(server, { body: { max_tokens: 500 } })
      assert.strictEqual(long.json().usage.completion_tokens, 10)
      assert.strictEqual(long.json().choices[0].finish_reason, "stop")
    }))

  it.effect("streams the call of a tool when the request insists on one", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start()
      const tool_choice = { type: "function", function: { name: "time" } }
      const { text } = yield* ask(server, { body: { stream: true, tools, tool_choice } })
      const choices = events(text).slice(1, -1).map((data) => JSON.parse(data).choices[0])
      const calls = choices.map(({ delta }) => delta.tool_calls[0])
      assert.deepInclude(calls[0], { index: 0, type: "function" })
      assert.strictEqual(calls[0].function.name, "time")
      const written = calls.map((call) => call.function.arguments).join("")
      assert.deepStrictEqual(JSON.parse(written), { simulated: Speech.say(6) })
      assert.strictEqual(server.requests[0]?.text, written)
      assert.strictEqual(choices.at(-1).finish_reason, "tool_calls")
    }))

  it.effect("calls the first tool when the prompt carries the marker, and none when none is wanted", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start()
      const messages = [{ role: "user", content: `Please ${Speech.toolMarker}.` }]
      const call = yield* ask(server, { body: { messages, tools } })
      assert.strictEqual(call.json().choices[0].message.tool_calls[0].function.name, "weather")
      assert.strictEqual(call.json().choices[0].finish_reason, "tool_calls")
      const words = yield* ask(server, { body: { messages, tools, tool_choice: "none" } })
      assert.strictEqual(words.json().choices[0].message.content, Speech.say(8))
    }))
})

describe("the other endpoints", () => {
  it.effect("complete a text, in a stream or whole", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start()
      const path = "/v1/completions"
      const whole = yield* ask(server, { path, body: { prompt: "Once" } })
      assert.strictEqual(whole.json().choices[0].text, Speech.say(8))
      const { text } = yield* ask(server, { path, body: { prompt: "Once", stream: true } })
      const words = events(text).slice(0, -1).map((data) => JSON.parse(data).choices[0].text)
      assert.strictEqual(words.join(""), Speech.say(8))
    }))

  it.effect("embed each text alike each time, as numbers or in base64", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start()
      const path = "/v1/embeddings"
      const numbers = yield* ask(server, { path, body: { input: ["one", "two", "one"] } })
      const [one, two, again] = numbers.json().data.map(({ embedding }: { embedding: Array<number> }) => embedding)
      assert.deepStrictEqual(one, again)
      assert.notDeepEqual(one, two)
      const encoded = yield* ask(server, { path, body: { input: "one", encoding_format: "base64" } })
      const bytes = Buffer.from(encoded.json().data[0].embedding, "base64")
      assert.closeTo(bytes.readFloatLE(0), one[0], 1e-6)
      assert.strictEqual(server.counters().generationTokens, 0)
    }))

  it.effect("list every name of the model, with the room it has", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start({ models: ["a", "b"], profile: Profile.demo })
      const { json } = yield* get(server, "/v1/models")
      assert.deepStrictEqual(json().data.map((model: { id: string }) => model.id), ["a", "b"])
      assert.strictEqual(json().data[0].max_model_len, Profile.demo.maxModelLen)
      const { json: answer } = yield* ask(server, { body: { model: "b" } })
      assert.strictEqual(answer().model, "b")
    }))

  it.effect("say on /version that this is no real engine", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start()
      const { json } = yield* get(server, "/version")
      assert.include(json().version, "simulated")
    }))

  it.effect("know no other path and no other method", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start()
      assert.strictEqual((yield* get(server, "/v1/nothing")).status, 404)
      assert.strictEqual((yield* ask(server, { path: "/v1/images/generations" })).status, 404)
      assert.strictEqual((yield* ask(server, { method: "DELETE" })).status, 405)
    }))
})
