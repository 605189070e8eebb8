/** The real program, started as an operator starts it: what it follows, and how it says that it cannot. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { folder } from "../../../store/test/support/Folder.ts"
import * as Gateway from "../campaign/Gateway.ts"
import { moodle, until } from "../Served.ts"

const limit = 120_000

const file = (url: string, model: string) => `
models:
  - { name: ${model}, model: simulated, servers: [{ url: "${url}", organisation: univ-a }] }
keys:
  - { name: moodle, organisation: univ-a, secret: "${moodle}" }
# Without the Whisper that is built in, which is a model too.
stt: { workers: { transcription: false } }
`

/** A folder with a file, and what replaces that. */
const home = Effect.gen(function*() {
  const at = yield* folder
  const engine = yield* SimulatedServer.start()
  const write = (text: string) => Effect.promise(() => fs.writeFile(path.join(at, "aiguilleur.yaml"), text))
  const name = (model: string) => write(file(engine.url, model))
  yield* name("before")
  // The engine's own port is one that is taken.
  return { at, write, name, port: new URL(engine.url).port }
})

const serving = (at: string, ...flags: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.promise(() => Gateway.serve(at, ...flags)),
    (gateway) =>
      Effect.promise(async () => {
        gateway.signal("SIGTERM")
        await gateway.ended
      })
  )

const models = ({ url }: Gateway.Gateway) =>
  Effect.promise(async () => {
    const response = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${moodle}` } })
    const { data } = await response.json() as { readonly data: ReadonlyArray<{ readonly id: string }> }
    return data.map(({ id }) => id).join()
  })

const serves = (gateway: Gateway.Gateway, model: string) =>
  until(Effect.map(models(gateway), (found) => found === model))

const refusal = (at: string, ...flags: ReadonlyArray<string>) =>
  Effect.promise(() =>
    Gateway.serve(at, ...flags).then(() => assert.fail("it serves"), ({ message }: Error) => message)
  )

describe("aiguilleur serve", () => {
  it.live(
    "applies its file on SIGHUP, keeps what it has where the file will not do, and ends in order",
    () =>
      Effect.gen(function*() {
        const { at, name, write } = yield* home
        const gateway = yield* Effect.promise(() => Gateway.serve(at))
        assert.strictEqual(yield* models(gateway), "before")
        yield* name("after")
        gateway.signal("SIGHUP")
        yield* serves(gateway, "after")
        yield* write("models: [")
        gateway.signal("SIGHUP")
        yield* until(Effect.sync(() => /was not applied; everything stays as it was:\n.*:1:10: /.test(gateway.said())))
        assert.strictEqual(yield* models(gateway), "after")
        gateway.signal("SIGTERM")
        assert.strictEqual(yield* Effect.promise(() => gateway.ended), 0)
      }),
    limit
  )

  it.live("applies its file when that changes, if it is to watch it", () =>
    Effect.gen(function*() {
      const { at, name } = yield* home
      const gateway = yield* serving(at, "--watch")
      yield* name("after")
      yield* serves(gateway, "after")
    }), limit)

  it.live("says in one line why it cannot serve", () =>
    Effect.gen(function*() {
      const { at, port, write } = yield* home
      assert.strictEqual(
        yield* refusal(at, "--port", port),
        `Cannot listen on 127.0.0.1:${port}: it is in use. Stop what listens there, or choose another port with --port.\n`
      )
      const gateway = yield* serving(at)
      assert.match(yield* refusal(at), /^Another gateway[^\n]*\n$/)
      assert.strictEqual(yield* models(gateway), "before")
      yield* write("modles: []")
      assert.match(yield* refusal(at), /^[^\n]*:1:1: modles: no such field; did you mean "models"\?\n$/)
      yield* Effect.promise(() => fs.rm(path.join(at, "aiguilleur.yaml")))
      assert.match(yield* refusal(at), /^[^\n]*: no such file\n$/)
    }), limit)
})
