import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import OpenAI, {
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  UnprocessableEntityError
} from "openai"
import * as Rig from "./Rig.ts"

const client = (rig: Rig.Rig, apiKey = Rig.secret) => new OpenAI({ baseURL: `${rig.url}/v1`, apiKey, maxRetries: 0 })

const messages = [{ role: "user" as const, content: "Hello, engine." }]

const tools = [{
  type: "function" as const,
  function: { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } } } }
}]

const rejected = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => assert.fail(), (error) => error)

/** With a gateway of its own. */
const against = (use: (openai: OpenAI, rig: Rig.Rig) => Promise<void>, options: Rig.RigOptions = {}) =>
  Effect.gen(function*() {
    const rig = yield* Rig.make(options)
    yield* Effect.promise(() => use(client(rig), rig))
  })

describe("The official SDK", () => {
  it.live("gets chat completions, with usage", () =>
    against(async (openai) => {
      const answer = await openai.chat.completions.create({ model: "test-model", messages, max_tokens: 5 })
      assert.strictEqual(answer.choices[0]!.message.content, "This is a simulated answer ")
      assert.deepInclude(answer.usage, { prompt_tokens: 4, completion_tokens: 5, total_tokens: 9 })
    }))

  it.live("gets streams, with usage if it asks for it and without if not", () =>
    against(async (openai) => {
      for (const asked of [true, false]) {
        const stream = await openai.chat.completions.create({
          model: "test-model",
          messages,
          max_tokens: 5,
          stream: true,
          ...(asked ? { stream_options: { include_usage: true } } : {})
        })
        let text = ""
        const usages: Array<unknown> = []
        for await (const chunk of stream) {
          text += chunk.choices[0]?.delta.content ?? ""
          if (chunk.usage) usages.push(chunk.usage.completion_tokens)
        }
        assert.strictEqual(text, "This is a simulated answer ")
        assert.deepStrictEqual(usages, asked ? [5] : [])
      }
    }))

  it.live("gets tool calls in a stream", () =>
    against(async (openai) => {
      const final = await openai.chat.completions.stream({
        model: "test-model",
        messages,
        tools,
        tool_choice: "required",
        max_tokens: 20
      }).finalChatCompletion()
      const [call] = final.choices[0]!.message.tool_calls!
      assert.strictEqual(final.choices[0]!.finish_reason, "tool_calls")
      assert.isTrue(call?.type === "function" && call.function.name === "get_weather")
      if (call?.type === "function") assert.isObject(JSON.parse(call.function.arguments))
    }))

  it.live("gets text completions and embeddings", () =>
    against(async (openai) => {
      const completion = await openai.completions.create({ model: "test-model", prompt: "Say this", max_tokens: 3 })
      assert.strictEqual(completion.choices[0]!.text, "This is a ")
      const stream = await openai.completions.create({ model: "test-alias", prompt: "x", max_tokens: 3, stream: true })
      let text = ""
      for await (const chunk of stream) text += chunk.choices[0]?.text ?? ""
      assert.strictEqual(text, "This is a ")
      const { data } = await openai.embeddings.create({ model: "test-model", input: ["a", "b"] })
      assert.strictEqual(data.length, 2)
    }))

  it.live("lists the models that the key may use", () =>
    against(async (openai) => {
      const models: Array<string> = []
      for await (const model of await openai.models.list()) models.push(model.id)
      assert.deepStrictEqual(models, ["test-model"])
      assert.strictEqual((await openai.models.retrieve("test-alias")).id, "test-model")
      assert.instanceOf(await rejected(openai.models.retrieve("nowhere")), NotFoundError)
    }))

  it.live("throws its own exception for each refusal", () =>
    against(async (openai, rig) => {
      const ask = (openai: OpenAI, model = "test-model", headers: Record<string, string> = {}) =>
        rejected(openai.chat.completions.create({ model, messages, max_tokens: 5 }, { headers }))
      assert.instanceOf(await ask(client(rig, "wrong")), AuthenticationError)
      assert.instanceOf(await ask(client(rig, "secret-of-a-limited-key")), PermissionDeniedError)
      const unknown = await ask(openai, "nowhere")
      assert.isTrue(unknown instanceof NotFoundError && unknown.code === "model_not_found")
      assert.instanceOf(await ask(openai, "test-model", { "x-priority": "much" }), BadRequestError)
      assert.instanceOf(await ask(openai, "serverless"), InternalServerError)
      rig.server.fault({ status: 422 }, { times: 1 })
      assert.instanceOf(await ask(openai), UnprocessableEntityError)
      rig.server.fault({ status: 500 }, { times: 2 })
      assert.instanceOf(await ask(openai), InternalServerError)
    }))

  it.live("throws its rate limit exception beyond the threshold", () =>
    against(async (openai) => {
      const error = await rejected(openai.chat.completions.create({ model: "test-model", messages }))
      assert.isTrue(error instanceof RateLimitError && error.code === "rate_limit_exceeded")
      assert.isTrue(error instanceof RateLimitError && Number(error.headers?.get("retry-after")) >= 1)
    }, { threshold: 0 }))

  it.live("throws in the middle of a stream that its server breaks off", () =>
    against(async (openai, rig) => {
      rig.server.fault({ cutAfter: 2 })
      const stream = await openai.chat.completions.create({ model: "test-model", messages, stream: true })
      let text = ""
      const error = await rejected((async () => {
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ""
      })())
      assert.strictEqual(text, "This is ")
      assert.isTrue(error instanceof APIError && error.code === "stream_broken")
    }))

  it.live("reads a stream past comments about waiting", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [{ manual: true }], server: { maxConcurrent: 1 } })
      const openai = client(rig)
      const first = openai.chat.completions.create({ model: "test-model", messages, max_tokens: 5 })
      yield* rig.server.awaitRequests(1)
      // Resolves when the head is there: before there is a server for it.
      const stream = yield* Effect.promise(() =>
        openai.chat.completions.create(
          { model: "test-model", messages, max_tokens: 5, stream: true },
          { headers: { "x-wait-events": "1" } }
        )
      )
      rig.server.resume()
      let text = ""
      yield* Effect.promise(async () => {
        await first
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ""
      })
      assert.strictEqual(text, "This is a simulated answer ")
    }))
})
