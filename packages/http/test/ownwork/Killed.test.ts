import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Killed from "./Killed.ts"
import * as Sound from "./Sound.ts"

const configuration = (url: string) => `
models: [{ name: ear, servers: [{ url: "${url}", kind: whisper, organisation: a, maxConcurrent: 1 }] }]
stt: { speech: ear }
`

describe("A gateway that is killed in the middle of a recording", () => {
  it.live(
    "goes on with the pieces that it has, and ends with the transcript that it would have had",
    () =>
      Effect.gen(function*() {
        const whisper = yield* SimulatedServer.start({ face: "whisper", models: ["ear"], audioPace: 0.02 })
        const run = (kills: number) =>
          Effect.promise(() =>
            Killed.run({
              kills,
              pieces: 2,
              recording: Sound.speech(150),
              configuration: configuration(whisper.url)
            })
          )
        const undisturbed = yield* run(0)
        assert.deepInclude(undisturbed, { status: "SUCCESS", failureCause: null, kills: 0 })
        const killed = yield* run(2)
        assert.deepInclude(killed, { status: "SUCCESS", kills: 2, again: 0 })
        assert.deepStrictEqual(killed.sentences, undisturbed.sentences)
      }),
    { timeout: 240_000 }
  )
})
