import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import type { Json } from "./Rig.ts"
import * as Rig from "./Rig.ts"

const ollama = { face: "ollama", models: ["simulated"], maxNumSeqs: 8 } as const

const question = { model: "test-model", options: { num_predict: 3 } }
const chat = { ...question, messages: [{ role: "user", content: "Hello, engine." }] }
const generate = { ...question, prompt: "Hello, engine." }

const ask = (rig: Rig.Rig, path: string, body: unknown, init: { readonly key?: string | null } = {}) =>
  Rig.post(rig, body, { path, ...init })

const lines = (text: string): Array<Json> => text.trimEnd().split("\n").map((line) => JSON.parse(line))

const cost = (rig: Rig.Rig) =>
  rig.usage.attempts.map(({ completionTokens, outcome, promptTokens, reported }) => [
    outcome,
    promptTokens,
    completionTokens,
    reported
  ])

describe("Ollama's own API", () => {
  for (const [path, body, said] of [["/api/chat", chat, "message"], ["/api/generate", generate, "response"]] as const) {
    it.live(`streams ${path} unless told not to, line by line, and settles with the counts of the last`, () =>
      Effect.gen(function*() {
        const rig = yield* Rig.make({ servers: [ollama] })
        const response = yield* ask(rig, path, body)
        assert.strictEqual(response.headers.get("content-type"), "application/x-ndjson")
        const text = yield* Rig.text(response)
        assert.match(text, /\n$/)
        const said = lines(text)
        assert.deepInclude(said.at(-1), { done: true, done_reason: "length", eval_count: 3 } as object)
        assert.lengthOf(said, 4)
        assert.deepStrictEqual(cost(rig), [["Served", 4, 3, true]])
        assert.isDefined(rig.usage.attempts[0]!.ttft)
        assert.isTrue(rig.usage.last[0]!.stream)
      }))

    it.live(`answers ${path} whole with stream: false, and settles with its counts`, () =>
      Effect.gen(function*() {
        const rig = yield* Rig.make({ servers: [ollama] })
        const answer = yield* Effect.flatMap(ask(rig, path, { ...body, stream: false }), Rig.json)
        assert.isDefined(answer[said])
        assert.deepStrictEqual(cost(rig), [["Served", 4, 3, true]])
        assert.isFalse(rig.usage.last[0]!.stream)
      }))
  }

  it.live("forwards a line as soon as it is whole", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [{ ...ollama, manual: true }] })
      const asked = yield* Effect.forkChild(ask(rig, "/api/chat", chat))
      yield* rig.server.awaitRequests(1)
      rig.server.stepUntil((server) => server.requests[0]!.tokens === 1)
      const response = yield* Fiber.join(asked)
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
      const first = yield* Effect.promise(() => reader.read())
      assert.match(first.value!, /^\{.*"This ".*"done":false\}\n$/)
      rig.server.resume()
      yield* Effect.promise(async () => {
        while (!(await reader.read()).done) continue
      })
      assert.deepStrictEqual(cost(rig), [["Served", 4, 3, true]])
    }))

  it.live("embeds, and counts what was read", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [ollama] })
      const { embeddings } = yield* Effect.flatMap(
        ask(rig, "/api/embed", { model: "test-model", input: ["Hello", "engine"] }),
        Rig.json
      )
      assert.lengthOf(embeddings as unknown as Array<unknown>, 2)
      assert.deepStrictEqual(cost(rig), [["Served", 3, 0, true]])
    }))

  it.live("knows a model by its name with :latest as well", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [ollama] })
      const response = yield* ask(rig, "/api/chat", { ...chat, model: "test-model:latest", stream: false })
      assert.strictEqual(response.status, 200)
      assert.strictEqual((rig.server.requests[0]!.body as { model: string }).model, "simulated")
    }))

  it.live("refuses in Ollama's shape", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [ollama] })
      const refusals = yield* Effect.all([
        ask(rig, "/api/chat", chat, { key: null }),
        ask(rig, "/api/chat", { ...chat, model: "nowhere" }),
        ask(rig, "/api/generate", "{")
      ])
      assert.deepStrictEqual(refusals.map(({ status }) => status), [401, 404, 400])
      for (const refusal of refusals) {
        const body = yield* Rig.json(refusal)
        assert.deepStrictEqual(Object.keys(body), ["error"])
        assert.isString(body["error"])
      }
    }))

  it.live("is answered by Ollama alone: a model without one says so", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [{}] })
      const response = yield* ask(rig, "/api/chat", chat)
      assert.strictEqual(response.status, 404)
      const { error } = yield* Rig.json(response)
      assert.strictEqual(String(error), "No server of this model has /api/chat: vLLM cannot do that.")
    }))

  it.live("ends a stream that breaks off with a line that says so", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [ollama] })
      for (const fault of [{ cutAfter: 2 }, { cutInside: 2 }] as const) {
        rig.server.clearFaults()
        rig.server.fault(fault)
        const said = lines(yield* Effect.flatMap(ask(rig, "/api/chat", chat), Rig.text))
        assert.match(String(said.at(-1)!["error"]), /broke off in the middle/)
      }
      assert.deepStrictEqual(
        rig.usage.attempts.map(({ completionTokens, outcome, reported }) => [outcome, completionTokens, reported]),
        [["Broken", 2, false], ["Broken", 2, false]]
      )
    }))

  it.live("is over with its last line, whatever becomes of the connection then", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [ollama] })
      rig.server.fault({ cutBeforeDone: true })
      const said = lines(yield* Effect.flatMap(ask(rig, "/api/chat", chat), Rig.text))
      assert.strictEqual(String(said.at(-1)!["done"]), "true")
      assert.deepStrictEqual(cost(rig), [["Served", 4, 3, true]])
    }))

  it.live("is asked elsewhere when an engine fails before its first line", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [ollama, ollama] })
      rig.servers[0]!.fault({ errorAfter: 0 })
      for (let n = 0; n < 2; n++) {
        const text = yield* Effect.flatMap(ask(rig, "/api/chat", chat), Rig.text)
        assert.notInclude(text, "error")
      }
      assert.isAbove(rig.servers[0]!.received(), 0)
    }))

  it.live("lets no caller send a model out of memory", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [ollama] })
      yield* Effect.flatMap(ask(rig, "/api/chat", chat), Rig.text)
      yield* Effect.flatMap(ask(rig, "/api/generate", { model: "test-model", keep_alive: 0 }), Rig.text)
      const loaded = yield* Effect.promise(() =>
        fetch(`${rig.server.url}/api/ps`, { headers: { authorization: `Bearer ${Rig.engineToken}` } })
      )
      assert.strictEqual(((yield* Rig.json(loaded))["models"] as unknown as Array<unknown>).length, 1)
    }))

  it.live("lists the models that the key may use and that an Ollama has", () =>
    Effect.gen(function*() {
      const listed = Effect.fnUntraced(function*(rig: Rig.Rig, key: string) {
        const response = yield* Effect.promise(() =>
          fetch(`${rig.url}/api/tags`, { headers: { authorization: `Bearer ${key}` } })
        )
        const { models } = yield* Rig.json(response)
        return (models as unknown as Array<{ name: string; model: string }>).map(({ model, name }) => [name, model])
      })
      const mixed = yield* Rig.make({ servers: [{}, ollama] })
      assert.deepStrictEqual(yield* listed(mixed, Rig.secret), [["test-model:latest", "test-model:latest"]])
      assert.deepStrictEqual(yield* listed(mixed, "secret-of-a-limited-key"), [])
      assert.deepStrictEqual(yield* listed(yield* Rig.make(), Rig.secret), [])
      const anonymous = yield* Effect.promise(() => fetch(`${mixed.url}/api/tags`))
      assert.strictEqual(anonymous.status, 401)
      assert.isString((yield* Rig.json(anonymous))["error"])
      const wrong = yield* ask(mixed, "/api/tags", {})
      assert.strictEqual(wrong.status, 405)
      const version = yield* Effect.promise(() => fetch(`${mixed.url}/api/version`))
      assert.match(String((yield* Rig.json(version))["version"]), /aiguilleur/)
    }))
})
