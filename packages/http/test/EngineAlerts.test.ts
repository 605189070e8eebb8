import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import * as Rig from "./Rig.ts"

/** Lines of the log, each with its level, and a logger that fills them. */
const log = () => {
  const lines: Array<string> = []
  const logger = Logger.make(({ logLevel, message }) => void lines.push(`${logLevel} ${[message].flat().join(" ")}`))
  return { lines, layer: Logger.layer([logger]) }
}

const ask = (rig: Rig.Rig) => Effect.map(Rig.post(rig, Rig.chat()), ({ status }) => status)

const until = (fact: Effect.Effect<boolean>) =>
  Effect.gen(function*() {
    while (!(yield* fact)) yield* Effect.yieldNow
  })

describe("What an operator must know of engines", () => {
  it.live("is said of one that refuses our token, once a minute, with what is to be done", () => {
    const { layer, lines } = log()
    return Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [{ token: "another-token" }, {}], strategy: "round-robin" })
      for (let at = 0; at < 4; at++) assert.strictEqual(yield* ask(rig), 200)
      const said = lines.filter((line) => line.startsWith("Error"))
      assert.deepStrictEqual(said, [
        `Error ${rig.server.url} refuses our token (401). Correct \`token\`. It is left out for a minute.`
      ])
    }).pipe(Effect.provide(layer))
  })

  it.live("is said of one that does not know its model", () => {
    const { layer, lines } = log()
    return Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [{ models: ["another-model"] }] })
      assert.strictEqual(yield* ask(rig), 502)
      assert.match(lines.join("\n"), /Error \S+ does not know simulated, its name for test-model\. Correct `model`/)
    }).pipe(Effect.provide(layer))
  })

  it.live("is said of one that is down, once, and when it answers again", () => {
    const { layer, lines } = log()
    return Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [{}, {}], strategy: "round-robin" })
      yield* ask(rig)
      yield* rig.server.kill
      for (let at = 0; at < 4; at++) assert.strictEqual(yield* ask(rig), 200)
      yield* rig.server.start
      yield* until(Effect.map(rig.dispatcher.snapshot, ({ servers }) => servers[0]!.state !== "ejected"))
      yield* until(Effect.map(ask(rig), () => lines.some((line) => line.includes("answers again"))))
      assert.deepStrictEqual(lines.filter((line) => line.includes(rig.server.url)), [
        `Warn ${rig.server.url} is down: it refuses connections, or its health check fails`,
        `Info ${rig.server.url} answers again`
      ])
    }).pipe(Effect.provide(layer))
  }, 20_000)
})
