/** The real program, killed under load with its embedded database, and started again. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import * as Database from "@aiguilleur/store/Database"
import { Usage } from "@aiguilleur/store/Usage"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { always } from "../../store/test/support/Fixture.ts"
import { folder } from "../../store/test/support/Folder.ts"
import { moodle } from "./Served.ts"

const program = fileURLToPath(new URL("../src/main.ts", import.meta.url))

const file = (url: string) => `
models:
  - { name: m, model: simulated, servers: [{ url: "${url}", organisation: univ-a, maxConcurrent: 8 }] }
keys:
  - { name: moodle, organisation: univ-a, secret: "${moodle}" }
`

const serve = async (home: string) => {
  const env = { PATH: process.env.PATH ?? "", AIGUILLEUR_DATA: path.join(home, "data") }
  const args = [program, "serve", "--config", path.join(home, "aiguilleur.yaml"), "--port", "0", "--json"]
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] })
  let said = ""
  child.stderr.on("data", (chunk) => said += chunk)
  const ended = once(child, "exit")
  const listening = once(createInterface({ input: child.stdout }), "line")
  const line = await Promise.race([listening, ended.then(() => Promise.reject(new Error(said)))])
  const kill = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await ended
  }
  return { url: JSON.parse(String(line[0])).url as string, kill }
}

const ask = async (url: string) => {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${moodle}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "Hello" }], max_tokens: 1 })
  })
  await response.arrayBuffer()
  return response.status
}

/** What a command sees, beside the gateway or without one. */
const stored = (home: string) =>
  Effect.flatMap(Usage, (usage) => usage.count(always)).pipe(
    Effect.provide(Layer.provide(Usage.layer, Database.layer({ data: path.join(home, "data"), role: "cli" }))),
    Effect.scoped
  )

describe("A gateway that is killed", () => {
  it.live(
    "starts again each time, and has lost what was not written yet and nothing else",
    () =>
      Effect.gen(function*() {
        const home = yield* folder
        const engine = yield* SimulatedServer.start()
        yield* Effect.promise(() => fs.writeFile(path.join(home, "aiguilleur.yaml"), file(engine.url)))
        let safe = 0
        for (let round = 0; round < 3; round++) {
          const gateway = yield* Effect.promise(() => serve(home))
          const statuses: Array<number> = []
          const client = async () => {
            for (;;) {
              const status = await ask(gateway.url).catch(() => undefined)
              if (status === undefined) return
              statuses.push(status)
            }
          }
          const clients = Promise.all([client(), client(), client(), client()])
          // Until something of this round is written: at least that much is kept.
          while ((yield* stored(home)) <= safe) yield* Effect.promise(() => ask(gateway.url))
          safe = yield* stored(home)
          yield* Effect.promise(() => gateway.kill("SIGKILL"))
          yield* Effect.promise(() => clients)
          assert.isTrue(statuses.every((status) => status === 200))
          assert.isAtLeast(yield* stored(home), safe)
        }
        const last = yield* Effect.promise(() => serve(home))
        const before = yield* stored(home)
        assert.strictEqual(yield* Effect.promise(() => ask(last.url)), 200)
        yield* Effect.promise(() => last.kill("SIGTERM"))
        assert.strictEqual(yield* stored(home), before + 1)
      }),
    120_000
  )
})
