/** What the Whisper driver alone knows, against the laboratory's Whisper. */
import { defaults } from "@aiguilleur/core/Settings"
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Struct } from "effect"
import { FetchHttpClient } from "effect/http"
import * as Whisper from "../src/Whisper.ts"
import { modelOf, serverOf } from "./suite/BackendSuite.ts"

const rig = Effect.fnUntraced(function*(options: SimulatedServer.Options = {}) {
  const engine = yield* SimulatedServer.start({ face: "whisper", models: ["org/Small-24B"], ...options })
  const backend = yield* Effect.provide(Whisper.make(defaults), FetchHttpClient.layer)
  const server = { ...Struct.omit(serverOf("whisper"), ["token"]), url: engine.url }
  return { engine, backend, server, model: modelOf({ servers: [engine.url] }) }
})

/** Ten seconds, as the simulation counts what is no WAV. */
const file = new File([new Uint8Array(160_000)], "cours.mp3")

describe("Whisper", () => {
  it.effect("sends a job of audio as a form: the file under its name, lists part by part, nothing that is ours", () =>
    Effect.gen(function*() {
      const { backend, engine, model, server } = yield* rig()
      const body = {
        file,
        language: "fr",
        temperature: 0.2,
        response_format: "verbose_json",
        "timestamp_granularities[]": ["word"],
        "routing-mode": "any",
        priority: 5
      }
      const answer = yield* backend.call(server, model, { path: "/v1/audio/transcriptions", body })
      assert.nestedPropertyVal(answer, "duration", 10)
      assert.nestedPropertyVal(answer, "words[0].word", "This")
      assert.deepStrictEqual(engine.requests[0]?.body, {
        fields: {
          language: "fr",
          temperature: "0.2",
          response_format: "verbose_json",
          "timestamp_granularities[]": "word",
          model: "org/Small-24B"
        },
        files: { file: { name: "cours.mp3", size: 160_000 } }
      })
    }))

  it.effect("gives back as text what was asked for as text", () =>
    Effect.gen(function*() {
      const { backend, model, server } = yield* rig()
      for (const [response_format, begin] of [["text", "This is"], ["srt", "1\n00:00"], ["vtt", "WEBVTT"]]) {
        const path = "/v1/audio/translations"
        const answer = yield* backend.call(server, model, { path, body: { file, response_format } })
        assert.isTrue(typeof answer === "string" && answer.startsWith(begin!))
      }
    }))

  it.effect("is down while its model loads", () =>
    Effect.gen(function*() {
      const { backend, server } = yield* rig({ loading: true })
      assert.strictEqual(yield* backend.health(server), "down")
    }))
})
