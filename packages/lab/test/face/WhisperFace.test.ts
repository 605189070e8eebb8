/** Transcription over real HTTP: every format, and what is refused. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import * as Speech from "@aiguilleur/lab/face/Speech"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { events, get } from "./Client.ts"
import { form, wav } from "./Form.ts"

const start = (options: SimulatedServer.Options = {}) =>
  SimulatedServer.start({ face: "whisper", models: ["whisper-large-v3"], ...options })

const post = (server: SimulatedServer.SimulatedServer, body: FormData | string, path = "transcriptions") =>
  Effect.promise(async (signal) => {
    const response = await fetch(`${server.url}/v1/audio/${path}`, { method: "POST", body, signal })
    return { status: response.status, type: response.headers.get("content-type"), text: await response.text() }
  })

const model = "whisper-large-v3"

describe("the Whisper face", () => {
  const formats: Array<readonly [format: string, type: string, text: RegExp]> = [
    ["json", "application/json", /^\{"text":"This is a simulated answer — word-7 .*","usage":\{"type":"duration"/],
    ["text", "text/plain; charset=utf-8", /^This is a simulated answer — word-7 [^"]* word-12\n$/],
    ["srt", "text/plain; charset=utf-8", /^1\n00:00:00,000 --> 00:00:05,000\nThis is a simulated answer\n\n2\n/],
    ["vtt", "text/vtt; charset=utf-8", /^WEBVTT\n\n00:00:00\.000 --> 00:00:05\.000\nThis is a simulated answer\n\n/],
    ["verbose_json", "application/json", /"duration":12,.*"segments":\[\{"id":0,"seek":0,"start":0,"end":5,/]
  ]
  it.effect.each(formats)("answers in %s", ([response_format, type, text]) =>
    Effect.gen(function*() {
      const server = yield* start()
      const answer = yield* post(server, form({ model, response_format }))
      assert.deepStrictEqual([answer.status, answer.type], [200, type])
      assert.match(answer.text, text)
    }))

  it.effect("gives the time of every word when asked for it", () =>
    Effect.gen(function*() {
      const server = yield* start()
      const granularities = { "timestamp_granularities[]": "word", response_format: "verbose_json", language: "fr" }
      const answer = JSON.parse((yield* post(server, form({ model, ...granularities }), "translations")).text)
      assert.deepInclude(answer, { task: "translate", language: "fr" })
      assert.deepStrictEqual(answer.words[1], { word: "is", start: 1, end: 2 })
    }))

  it.effect("streams what it hears", () =>
    Effect.gen(function*() {
      const server = yield* start()
      const { text } = yield* post(server, form({ model, stream: "true" }))
      const heard = events(text).map((data) => JSON.parse(data))
      assert.deepInclude(heard.pop(), { type: "transcript.text.done", usage: { type: "duration", seconds: 12 } })
      assert.strictEqual(heard.map(({ delta }) => delta).join(""), Speech.say(12))
    }))

  it.effect("takes its time by the second of audio", () =>
    Effect.gen(function*() {
      const server = yield* start({ manual: true, audioPace: 0.25 })
      const clients = yield* Effect.forkChild(
        Effect.all([post(server, form({ model }, wav(40))), post(server, form({ model }, wav(8)))], { concurrency: 2 })
      )
      yield* server.awaitRequests(2)
      server.stepUntilIdle()
      yield* Fiber.join(clients)
      assert.deepStrictEqual(server.requests.map(({ endedAt }) => endedAt).sort(), [10_000, 2_000])
    }))

  it.effect("remembers of an upload its fields and its size", () =>
    Effect.gen(function*() {
      const server = yield* start()
      yield* post(server, form({ model, prompt: "Bonjour" }))
      assert.deepStrictEqual(server.requests[0]?.body, {
        fields: { model, prompt: "Bonjour" },
        files: { file: { name: "speech.wav", size: 192_044 } }
      })
    }))

  const refusals: Array<readonly [what: string, body: FormData | string, status: number, detail: RegExp]> = [
    ["a form without a file", form({ model }, Buffer.alloc(0)), 415, /Failed to decode audio/],
    ["a body that is no form", "{}", 422, /"loc":\["body","file"\]/],
    ["a model that it does not have", form({ model: "tiny" }), 404, /Model 'tiny' is not installed locally/],
    ["a format that nobody knows", form({ model, response_format: "xml" }), 400, /Unknown response_format: xml/]
  ]
  it.effect.each(refusals)("refuses %s", ([, body, status, detail]) =>
    Effect.gen(function*() {
      const server = yield* start()
      const answer = yield* post(server, body)
      assert.strictEqual(answer.status, status)
      assert.match(answer.text, detail)
      assert.property(JSON.parse(answer.text), "detail")
    }))

  it.effect("is not ready while it loads, and has no chat", () =>
    Effect.gen(function*() {
      const server = yield* start({ loading: true })
      assert.strictEqual((yield* get(server, "/health")).status, 503)
      assert.strictEqual((yield* post(server, form({ model }))).status, 503)
      server.setLoading(false)
      assert.strictEqual((yield* get(server, "/health")).status, 200)
      assert.strictEqual((yield* get(server, "/v1/chat/completions")).status, 404)
    }))

  it.effect("is part of vLLM as well, which refuses in its own form", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start()
      assert.strictEqual((yield* post(server, form({ model: "simulated" }))).status, 200)
      const refused = yield* post(server, form({ model: "tiny" }))
      assert.strictEqual(JSON.parse(refused.text).error.message, "The model `tiny` does not exist.")
    }))
})
