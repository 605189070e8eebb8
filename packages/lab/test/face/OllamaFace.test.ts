/** Ollama's own API and its words, over real HTTP. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import * as Speech from "@aiguilleur/lab/face/Speech"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { ask, events, get, open, rest } from "./Client.ts"

const start = (options: SimulatedServer.Options = {}) =>
  SimulatedServer.start({ face: "ollama", models: ["llama3.2", "mistral:7b"], ...options })

const model = "llama3.2"

const lines = (text: string) => text.trimEnd().split("\n").map((line) => JSON.parse(line))

const chat = { model, options: { num_predict: 4 } }

describe("the Ollama face", () => {
  it.effect("streams a chat as lines of JSON unless told not to, with the counts in the last", () =>
    Effect.gen(function*() {
      const server = yield* start()
      const answer = yield* ask(server, { path: "/api/chat", body: chat })
      assert.strictEqual(answer.headers.get("content-type"), "application/x-ndjson")
      const said = lines(answer.text)
      const last = said.pop()
      assert.strictEqual(said.map(({ message }) => message.content).join(""), Speech.say(4))
      assert.isTrue(said.every(({ done }) => done === false))
      assert.deepInclude(last, { model, done: true, done_reason: "length", prompt_eval_count: 2, eval_count: 4 })
    }))

  it.effect("answers whole with stream: false, by either spelling of a name", () =>
    Effect.gen(function*() {
      const server = yield* start()
      for (const model of ["llama3.2", "llama3.2:latest"]) {
        const { json } = yield* ask(server, { path: "/api/chat", body: { ...chat, model, stream: false } })
        assert.deepInclude(json(), { model, done: true, done_reason: "length", eval_count: 4 })
        assert.strictEqual(json().message.content, Speech.say(4))
      }
      const generated = yield* ask(server, { path: "/api/generate", body: { ...chat, prompt: "Once", stream: false } })
      assert.strictEqual(generated.json().response, Speech.say(4))
      const { json } = yield* ask(server, { path: "/api/embed", body: { model, input: ["one", "two"] } })
      assert.deepStrictEqual(json().embeddings.map(({ length }: Array<number>) => length), [16, 16])
    }))

  it.effect("speaks OpenAI's API too, and passes over a priority", () =>
    Effect.gen(function*() {
      const server = yield* start()
      const { text } = yield* ask(server, {
        body: { model, stream: true, priority: 4, stream_options: { include_usage: true } }
      })
      const data = events(text)
      assert.strictEqual(data.pop(), "[DONE]")
      const chunks = data.map((each) => JSON.parse(each))
      assert.strictEqual(chunks.pop().usage.completion_tokens, 8)
      assert.strictEqual(chunks.map(({ choices }) => choices[0].delta.content).join(""), Speech.say(8))
    }))

  it.effect("tells what is installed and what is loaded, and loads and unloads when asked for nothing else", () =>
    Effect.gen(function*() {
      const server = yield* start()
      const names = (path: string) =>
        Effect.map(get(server, path), ({ json }) => json().models.map(({ name }: { name: string }) => name))
      assert.deepStrictEqual(yield* names("/api/tags"), ["llama3.2:latest", "mistral:7b"])
      assert.deepStrictEqual(yield* names("/api/ps"), [])
      yield* ask(server, { path: "/api/chat", body: chat })
      assert.deepStrictEqual(yield* names("/api/ps"), ["llama3.2:latest"])
      const unloaded = yield* ask(server, { path: "/api/generate", body: { model, keep_alive: 0 } })
      assert.deepInclude(unloaded.json(), { response: "", done: true, done_reason: "unload" })
      assert.deepStrictEqual(yield* names("/api/ps"), [])
      const loaded = yield* ask(server, { path: "/api/chat", body: { model: "mistral:7b", messages: [] } })
      assert.strictEqual(loaded.json().done_reason, "load")
      assert.deepStrictEqual(yield* names("/api/ps"), ["mistral:7b"])
      const { json } = yield* ask(server, { path: "/api/show", body: { model } })
      assert.deepStrictEqual(json().capabilities, ["completion"])
      assert.include((yield* get(server, "/api/version")).json().version, "simulated")
      assert.strictEqual((yield* get(server, "/metrics")).status, 404)
    }))

  it.effect("lets one request run unless started for more, and the others wait without a bound", () =>
    Effect.gen(function*() {
      const server = yield* start({ manual: true })
      const clients = yield* Effect.forkChild(
        Effect.all(Array.from({ length: 20 }, () => ask(server, { body: { model } })), { concurrency: "unbounded" })
      )
      yield* server.awaitWaiting(20)
      server.step()
      assert.deepStrictEqual([server.running(), server.waiting()], [1, 19])
      server.stepUntilIdle()
      const answers = yield* Fiber.join(clients)
      assert.isTrue(answers.every(({ status }) => status === 200))
      const parallel = yield* start({ manual: true, maxNumSeqs: 2 })
      yield* Effect.forkChild(Effect.forEach([1, 2, 3], () => ask(parallel, { body: { model } }), { concurrency: 3 }))
      yield* parallel.awaitWaiting(3)
      parallel.step()
      assert.deepStrictEqual([parallel.running(), parallel.waiting()], [2, 1])
    }))

  it.effect("loads a model before its first token, and not before its second answer", () =>
    Effect.gen(function*() {
      const server = yield* start({ manual: true, coldLoad: 500 })
      for (const [firstTokenAt, endedAt] of [[500, 503], [504, 507]]) {
        const client = yield* Effect.forkChild(ask(server, { path: "/api/chat", body: chat }))
        yield* server.awaitWaiting(1)
        server.stepUntilIdle()
        yield* Fiber.join(client)
        assert.deepInclude(server.requests.at(-1), { firstTokenAt, endedAt })
      }
    }))

  const words: Array<readonly [what: string, path: string, body: object, status: number, text: string]> = [
    [
      "a model that was not pulled",
      "/api/chat",
      { model: "x" },
      404,
      `{"error":"model \\"x\\" not found, try pulling it first"}`
    ],
    [
      "the same to OpenAI's clients",
      "/v1/chat/completions",
      { model: "x" },
      404,
      `{"error":{"message":"model \\"x\\" not found, try pulling it first","type":"not_found_error","param":null,"code":null}}`
    ],
    ["a path that it does not have", "/v1/rerank", { model }, 404, "404 page not found"]
  ]
  it.effect.each(words)("refuses %s in its own words", ([, path, body, status, text]) =>
    Effect.gen(function*() {
      const server = yield* start()
      const answer = yield* ask(server, { path, body })
      assert.deepStrictEqual([answer.status, answer.text], [status, text])
    }))

  it.effect("is busy when it has a model to load and no room to wait for it", () =>
    Effect.gen(function*() {
      const server = yield* start({ loading: true })
      const { json, status } = yield* ask(server, { path: "/api/chat", body: chat })
      assert.deepStrictEqual([status, json().error], [
        503,
        "server busy, please try again.  maximum pending requests exceeded"
      ])
      assert.strictEqual((yield* get(server, "/api/version")).status, 200)
    }))

  it.effect("breaks a stream off with an error that is a line, without an event and without [DONE]", () =>
    Effect.gen(function*() {
      const server = yield* start()
      server.fault({ errorAfter: 2 })
      const native = yield* ask(server, { path: "/api/chat", body: chat })
      assert.deepStrictEqual(lines(native.text).at(-1), { error: "Simulated 500." })
      const { text } = yield* ask(server, { body: { model, stream: true } })
      assert.notInclude(text, "[DONE]")
      assert.deepInclude(JSON.parse(text.trimEnd().split("\n").at(-1)!), {
        error: { message: "Simulated 500.", type: "api_error", param: null, code: null }
      })
    }))

  it.effect("stops for a client that leaves a native stream", () =>
    Effect.gen(function*() {
      const server = yield* start({ manual: true })
      const response = yield* open(server, { path: "/api/chat", body: chat })
      server.step(2)
      yield* Effect.promise(() => response.body!.cancel())
      yield* server.awaitEnded("aborted", 1)
      server.stepUntilIdle()
      assert.strictEqual(server.requests[0]?.tokens, 2)
      const cut = yield* open(server, { path: "/api/chat", body: chat })
      yield* server.kill
      assert.isTrue((yield* rest(cut)).broken)
    }))
})
