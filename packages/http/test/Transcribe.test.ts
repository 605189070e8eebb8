import { total } from "@aiguilleur/core/Work"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import OpenAI, { toFile } from "openai"
import { rowOf } from "../src/StoredUsage.ts"
import { post, wav } from "./Form.ts"
import * as Rig from "./Rig.ts"

const whisper = { face: "whisper", maxNumSeqs: 8 } as const

const speech = wav(3)
const said = "This is a"

const fields = [["model", "test-model"], ["file", speech]] as const

const against = (
  use: (openai: OpenAI, rig: Rig.Rig) => Promise<void>,
  options: Rig.RigOptions = { servers: [whisper] }
) =>
  Effect.gen(function*() {
    const rig = yield* Rig.make(options)
    const openai = new OpenAI({ baseURL: `${rig.url}/v1`, apiKey: Rig.secret, maxRetries: 0 })
    yield* Effect.promise(() => use(openai, rig))
  })

describe("A form", () => {
  it.live("is relayed under the engine's name of the model, without what is the gateway's, file before or after", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [whisper] })
      const others = [["language", "fr"], ["timestamp_granularities[]", "word"], ["priority", "2"]] as const
      for (
        const fields of [
          [["model", "test-model"], ["file", speech], ...others, ["routing_mode", "any"]],
          [["file", speech], ...others, ["routing-mode", "any"], ["model", "test-alias"]]
        ] as const
      ) {
        const response = yield* post(rig, fields)
        assert.strictEqual(response.status, 200, yield* Rig.text(response))
      }
      const sent = {
        fields: { model: "simulated", language: "fr", "timestamp_granularities[]": "word" },
        files: { file: { name: "speech.wav", size: speech.length } }
      }
      assert.deepStrictEqual(rig.server.requests.map(({ body }) => body), [sent, sent])
      assert.strictEqual(rig.server.requests[0]!.headers.authorization, `Bearer ${Rig.engineToken}`)
      assert.deepStrictEqual(rig.usage.attempts.map(({ lease }) => lease.priority), [2, 2])
    }))

  it.live("costs the seconds that its engine heard, or else those in the file", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [whisper] })
      for (const response_format of ["json", "verbose_json", "text", "srt", "vtt"]) {
        yield* Effect.flatMap(post(rig, [...fields, ["response_format", response_format]]), Rig.text)
      }
      yield* Effect.flatMap(post(rig, [...fields, ["stream", "true"]]), Rig.text)
      assert.deepStrictEqual(
        rig.usage.last.map(rowOf).map(({ audioSeconds, estimated }) => [audioSeconds, estimated]),
        [
          [3, false],
          [3, false],
          [3, true],
          [3, true],
          [3, true],
          [3, false]
        ]
      )
      assert.deepStrictEqual(
        rig.usage.attempts.map(({ lease }) => total(lease.estimate)),
        Array.from({ length: 6 }, () => 30)
      )
    }))

  it.live("costs nothing when its engine refuses it", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [whisper] })
      const response = yield* post(rig, [...fields, ["response_format", "poem"]])
      assert.strictEqual(response.status, 400)
      assert.deepStrictEqual(rig.usage.attempts.map(({ audioSeconds, outcome }) => [outcome, audioSeconds]), [
        ["Client", undefined]
      ])
    }))

  it.live("is relayed for endpoints that no table knows, and means no audio there", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make()
      const response = yield* post(rig, fields, { path: "/v1/images/edits" })
      assert.strictEqual(response.status, 404)
      assert.strictEqual(rig.server.hits("/v1/images/edits"), 1)
      assert.isUndefined(rig.usage.last[0]!.ticket!.work?.seconds)
    }))

  it.live("that names no file is for the engine to refuse, in its own words", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [whisper] })
      const response = yield* post(rig, [["model", "test-model"]])
      assert.strictEqual(response.status, 422)
      assert.include(yield* Rig.text(response), "Field required")
    }))

  it.live("goes to a server of the model that hears, in a fleet of which others do not", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [{ face: "lmdeploy" }, whisper] })
      for (let n = 0; n < 3; n++) assert.strictEqual((yield* post(rig, fields)).status, 200)
      assert.deepStrictEqual(rig.servers.map((server) => server.received()), [0, 3])
    }))
})

describe("The official SDK transcribes", () => {
  it.live("as json, text, srt, verbose_json and vtt", () =>
    against(async (openai) => {
      const ask = (response_format: "json" | "text" | "srt" | "verbose_json" | "vtt") =>
        openai.audio.transcriptions.create({
          file: new File([speech], "speech.wav"),
          model: "test-model",
          response_format
        }) as Promise<unknown>
      assert.deepStrictEqual(await ask("json"), { text: said, usage: { type: "duration", seconds: 3 } })
      assert.strictEqual(await ask("text"), `${said}\n`)
      assert.strictEqual(await ask("srt"), `1\n00:00:00,000 --> 00:00:03,000\n${said}\n\n`)
      assert.strictEqual(await ask("vtt"), `WEBVTT\n\n00:00:00.000 --> 00:00:03.000\n${said}\n\n`)
      assert.deepInclude(await ask("verbose_json") as object, { text: said, duration: 3, task: "transcribe" })
    }))

  it.live("with words, in a stream, and translates", () =>
    against(async (openai, rig) => {
      const file = await toFile(speech, "speech.wav")
      const verbose = await openai.audio.transcriptions.create({
        file,
        model: "test-model",
        response_format: "verbose_json",
        timestamp_granularities: ["word"]
      })
      assert.deepStrictEqual(verbose.words?.map(({ word }) => word), ["This", "is", "a"])
      const stream = await openai.audio.transcriptions.create({ file, model: "test-model", stream: true })
      let text = ""
      for await (const event of stream) if (event.type === "transcript.text.delta") text += event.delta
      assert.strictEqual(text.trim(), said)
      assert.isDefined(rig.usage.attempts.at(-1)!.ttft)
      assert.strictEqual((await openai.audio.translations.create({ file, model: "test-model" })).text, said)
    }))
})
