import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import * as ScriptedEngine from "./faults/ScriptedEngine.ts"
import * as Rig from "./Rig.ts"

const ask = (rig: Rig.Rig, path: string, body: Record<string, unknown>, headers: Record<string, string> = {}) =>
  Effect.flatMap(Rig.post(rig, { model: "test-model", ...body }, { path, headers }), Rig.text)

const cost = (rig: Rig.Rig) =>
  rig.usage.attempts.map(({ completionTokens, promptTokens, reported }) => [promptTokens, completionTokens, reported])

const input = { input: "Hello, engine.", max_output_tokens: 5 }
const messages = { messages: [{ role: "user", content: "Hello, engine." }], max_tokens: 5 }
const ranking = { query: "Hello", documents: ["engine", "motor"] }

describe("Usage is settled from what the endpoint itself tells:", () => {
  const cases: ReadonlyArray<
    readonly [path: string, body: Record<string, unknown>, prompt: number | undefined, completion: number | undefined]
  > = [
    ["/v1/chat/completions", messages, 4, 5],
    ["/v1/chat/completions", { ...messages, stream: true }, 4, 5],
    ["/v1/completions", { prompt: "Hello, engine.", max_tokens: 5 }, 4, 5],
    ["/v1/completions", { prompt: "Hello, engine.", max_tokens: 5, stream: true }, 4, 5],
    ["/v1/responses", input, 4, 5],
    ["/v1/responses", { ...input, stream: true }, 4, 5],
    ["/v1/messages", messages, 4, 5],
    ["/v1/messages", { ...messages, stream: true }, 4, 5],
    ["/v1/embeddings", { input: ["Hello", "engine"] }, 3, 0],
    ["/v1/rerank", ranking, 5, 0],
    ["/v1/score", { text_1: "Hello", text_2: ["engine", "motor"] }, 5, 0]
  ]
  it.live.each(cases)("%s %j", ([path, body, prompt, completion]) =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      yield* ask(rig, path, body)
      assert.deepStrictEqual(cost(rig), [[prompt, completion, true]])
    }))

  it.live("a tokenizer asks the model for nothing, and costs nothing", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const released = yield* Effect.forkChild(
        rig.dispatcher.notices.pipe(
          Stream.filter((notice) => notice._tag === "Released"),
          Stream.take(2),
          Stream.runCollect
        )
      )
      yield* Effect.yieldNow
      const { count, tokens } = JSON.parse(yield* ask(rig, "/v1/tokenize", { prompt: "Hello, engine." }))
      assert.strictEqual(count, 4)
      assert.include(yield* ask(rig, "/v1/detokenize", { tokens }), "Hello, engine.")
      assert.deepStrictEqual(cost(rig), [[undefined, undefined, false], [undefined, undefined, false]])
      assert.deepStrictEqual((yield* Fiber.join(released)).map((notice) => notice.cost), [0, 0])
    }))
})

describe("A stream of", () => {
  const kinds: ReadonlyArray<readonly [path: string, body: Record<string, unknown>, last: string]> = [
    ["/v1/responses", { ...input, stream: true }, "response.incomplete"],
    ["/v1/messages", { ...messages, stream: true }, "message_stop"]
  ]

  it.live.each(kinds)(
    "%s passes as it is, and its first token counts as its first data",
    ([path, body, last]) =>
      Effect.gen(function*() {
        const rig = yield* Rig.make({ servers: [{ manual: true }] })
        const asked = yield* Effect.forkChild(ask(rig, path, body))
        yield* rig.server.awaitRequests(1)
        rig.server.stepUntilIdle()
        const text = yield* Fiber.join(asked)
        assert.match(text, new RegExp(`event: ${last}\\ndata: [^\\n]+\\n\\n$`))
        assert.notInclude(text, "stream_broken")
        assert.isDefined(rig.usage.attempts[0]!.ttft)
      })
  )

  it.live.each(kinds)(
    "%s that ends without its last word is broken, and says so in its protocol",
    ([path, body, last]) =>
      Effect.gen(function*() {
        const rig = yield* Rig.make()
        rig.server.fault({ cutAfter: 2 })
        const text = yield* ask(rig, path, body)
        assert.notInclude(text, last)
        const events = text.split("\n\n").slice(0, -1)
        const error = JSON.parse(/^data: (.*)$/m.exec(events.at(-1)!)![1]!)
        assert.strictEqual(error.error.code, "stream_broken")
        if (path === "/v1/messages") {
          assert.deepInclude(error, { type: "error" })
          assert.match(events.at(-1)!, /^event: error\n/)
        }
        assert.deepStrictEqual(rig.usage.attempts.map(({ outcome }) => outcome), ["Broken"])
        assert.isFalse(rig.usage.attempts[0]!.reported)
      })
  )

  it.live.each(kinds)(
    "%s that breaks before its first token is had elsewhere, its opening once",
    ([path, body]) =>
      Effect.gen(function*() {
        const rig = yield* Rig.make({ servers: [{}, {}] })
        rig.servers[0]!.fault({ errorAfter: 0 })
        for (let n = 0; n < 2; n++) {
          const text = yield* ask(rig, path, body)
          assert.lengthOf(text.match(/event: (?:response\.created|message_start)\n/g)!, 1)
          assert.notInclude(text, "\"error\"")
        }
        assert.isAbove(rig.servers[0]!.received(), 0)
      })
  )
})

describe("A stream that ends in all politeness", () => {
  const named = (type: string, more: object = {}) => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`
  const chat = { choices: [{ index: 0, delta: { content: "Bon" } }] }

  /** What an engine says before it ends its answer, and whether that was all of it. */
  const streams: ReadonlyArray<readonly [path: string, said: string, whole: boolean]> = [
    ["/v1/chat/completions", ScriptedEngine.event(chat), false],
    ["/v1/chat/completions", ScriptedEngine.event(chat) + ScriptedEngine.done, true],
    ["/v1/responses", named("response.output_text.delta", { delta: "Bon" }), false],
    ["/v1/responses", named("response.output_text.delta", { delta: "Bon" }) + named("response.completed"), true],
    ["/v1/responses", named("response.output_text.delta", { delta: "Bon" }) + named("response.failed"), true],
    ["/v1/messages", named("content_block_delta", { delta: { text: "Bon" } }), false],
    ["/v1/messages", named("content_block_delta", { delta: { text: "Bon" } }) + named("message_stop"), true],
    ["/v1/audio/transcriptions", named("transcript.text.delta", { delta: "Bon" }), true]
  ]
  it.live.each(streams)(
    "is broken without its last word: %s, %j: whole is %s",
    ([path, said, whole]) =>
      Effect.gen(function*() {
        const scripted = yield* ScriptedEngine.start((socket) => {
          socket.write(ScriptedEngine.stream(said))
          return "answered"
        })
        const rig = yield* Rig.make({ actors: [scripted.url], servers: [] })
        const text = yield* ask(rig, path, { stream: true })
        assert.isTrue(text.startsWith(said))
        assert.strictEqual(!text.includes("stream_broken"), whole)
        assert.deepStrictEqual(rig.usage.attempts.map(({ outcome }) => outcome), [whole ? "Served" : "Broken"])
      })
  )
})

describe("The lifecycle of a response", () => {
  const named = (type: string, more: object = {}) => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`

  const opening = named("response.created", { response: { usage: null } }) + named("response.in_progress")

  it.live("is no first token: until that has come, the request can go elsewhere, and the client is told once", () =>
    Effect.gen(function*() {
      const scripted = yield* ScriptedEngine.start((socket) => {
        socket.write(ScriptedEngine.eventsHead + ScriptedEngine.chunk(opening), () => socket.destroySoon())
      })
      const rig = yield* Rig.make({ actors: [scripted.url] })
      for (let n = 0; n < 2; n++) {
        const text = yield* ask(rig, "/v1/responses", { ...input, stream: true })
        assert.lengthOf(text.match(/event: response\.created\n/g)!, 1)
        assert.include(text, "response.incomplete")
      }
      assert.isAbove(scripted.endings().length, 0)
      const failed = rig.usage.attempts.filter(({ outcome }) => outcome === "Suspect")
      assert.strictEqual(failed.length, scripted.endings().length)
      assert.isTrue(failed.every(({ ttft }) => ttft === undefined))
    }))

  it.live("reaches the client early where it is too long to be held", () =>
    Effect.gen(function*() {
      const long = named("response.created", { response: { instructions: "x".repeat(300) } })
      const scripted = yield* ScriptedEngine.start((socket) => {
        socket.write(ScriptedEngine.eventsHead + ScriptedEngine.chunk(long), () => socket.destroySoon())
      })
      const rig = yield* Rig.make({ actors: [scripted.url], servers: [], settings: { withheld: 200 } })
      const text = yield* ask(rig, "/v1/responses", { ...input, stream: true })
      assert.isTrue(text.startsWith(long))
      assert.include(text, "stream_broken")
    }))
})

describe("Anthropic's messages", () => {
  it.live("are refused in their own shape, which has OpenAI's members too", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const unknown = JSON.parse(yield* ask(rig, "/v1/messages", { ...messages, model: "nowhere" }))
      assert.strictEqual(unknown.type, "error")
      assert.deepInclude(unknown.error, { type: "not_found_error", code: "model_not_found", param: "model" })
      const anonymous = yield* Rig.post(rig, messages, { path: "/v1/messages", key: null })
      assert.strictEqual(anonymous.status, 401)
      assert.nestedPropertyVal(yield* Rig.json(anonymous), "error.type", "authentication_error")
    }))

  it.live("reach vLLM without a priority, which they have no member for", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [{ priorityScheduling: true }] })
      yield* ask(rig, "/v1/messages", { ...messages, priority: 1 })
      yield* ask(rig, "/v1/responses", { ...input, priority: 1 })
      assert.deepStrictEqual(rig.server.requests.map(({ body }) => (body as { priority?: number }).priority), [
        undefined,
        4
      ])
    }))
})
