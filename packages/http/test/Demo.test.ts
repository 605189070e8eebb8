import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { execFile } from "node:child_process"
import type { AddressInfo } from "node:net"
import OpenAI from "openai"
import * as Demo from "../src/Demo.ts"
import { Listener } from "../src/Listener.ts"
import * as LocalEngines from "../src/LocalEngines.ts"
import * as Program from "../src/Program.ts"
import { watch } from "./dashboard/Watching.ts"

/** On a machine that is busy an engine may answer late: no time passes for it. */
const still = TestClock.layer()

const start = Effect.fnUntraced(function*(local: ReadonlyArray<LocalEngines.Usual> = []) {
  const demo = yield* Demo.make({ host: "127.0.0.1", port: 0 }, Effect.provide(LocalEngines.findAmong(local), still))
  const context = yield* Layer.build(Program.layer(demo.config))
  const { port } = Context.get(context, Listener).server.address() as AddressInfo
  return { demo, dispatcher: Context.get(context, Dispatcher), url: `http://127.0.0.1:${port}` }
})

const ask = (url: string, key: string, model: string, signal?: AbortSignal) =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 }).chat.completions.create(
    { model, messages: [{ role: "user", content: "Hello" }], max_tokens: 2 },
    { signal: signal ?? null }
  )

/** What the banner says to paste, without the indentation. */
const pasted = (banner: string, from: string) =>
  banner.slice(banner.indexOf(from)).split("\n\n", 1)[0]!.replaceAll(/^ {2}/gm, "")

describe("The demo", () => {
  it.live("prints a curl and a snippet that work as they are", () =>
    Effect.gen(function*() {
      const { demo, url } = yield* start()
      const banner = Demo.banner(url, demo, { absent: "none was asked for" })
      assert.include(banner, "SIMULATED")
      const output = yield* Effect.callback<string>((resume) => {
        execFile("sh", ["-c", pasted(banner, "curl -N")], (_, stdout) => resume(Effect.succeed(stdout)))
      })
      assert.match(output, /data: \[DONE\]\n\n$/)
      const snippet = pasted(banner, "import OpenAI").replace("process.stdout.write", "say")
      const body = snippet.split("\n").slice(1).join("\n")
      const run = new Function("OpenAI", "say", `return (async () => {${body}})()`)
      let said = ""
      yield* Effect.promise(() =>
        run(OpenAI, (text: string) => {
          said += text
        })
      )
      assert.match(said, /^This is a simulated answer /)
    }), 20_000)

  it.live("grants an interactive request before every batch request that waits", () =>
    Effect.gen(function*() {
      const { demo, dispatcher, url } = yield* start()
      const large = demo.simulated.slice(0, 4)
      // A server that nobody has seen at work gets one request at a time: all four are warmed first.
      yield* Effect.promise(() => Promise.all(large.map(() => ask(url, Demo.batch, "demo-large"))))
      for (const server of large) server.pause()
      const batch = yield* Effect.forEach(Array.from({ length: 20 }), () =>
        Effect.forkChild(Effect.promise((signal) => ask(url, Demo.batch, "demo-large", signal))))
      while ((yield* dispatcher.snapshot).waiting < 4) {
        yield* Effect.yieldNow
      }
      const granted = yield* Effect.forkChild(dispatcher.notices.pipe(
        Stream.filter(({ _tag }) =>
          _tag === "Granted"
        ),
        Stream.map((notice) => notice._tag === "Granted" ? notice.lease.ticket.caller.key : ""),
        Stream.take(5),
        Stream.runCollect
      ))
      const urgent = yield* Effect.forkChild(
        Effect.promise((signal) => ask(url, Demo.interactive, "demo-large", signal))
      )
      while ((yield* dispatcher.snapshot).waiting < 5) yield* Effect.yieldNow
      for (const server of large) server.resume()
      assert.deepStrictEqual(yield* Fiber.join(granted), [
        `key:${Demo.interactive}`,
        ...Array.from({ length: 4 }, () => `key:${Demo.batch}`)
      ])
      yield* Fiber.join(urgent)
      yield* Effect.forEach(batch, Fiber.join)
      assert.strictEqual((yield* dispatcher.snapshot).leases, 0)
    }), 20_000)

  it.live("tells the page that its servers are simulated", () =>
    Effect.gen(function*() {
      const { url } = yield* start()
      const watching = yield* watch(url, Demo.operator)
      yield* watching.until(({ messages }) => messages.length > 0)
      const [first] = watching.messages
      assert.isTrue(first !== undefined && "hello" in first && first.hello.simulated)
    }).pipe(Effect.scoped), 20_000)

  it.live("adds the models of engines that answer on this machine, and says so", () =>
    Effect.gen(function*() {
      const ollama = yield* SimulatedServer.start({ face: "ollama", models: ["qwen3:latest", "shared:latest"] })
      const vllm = yield* SimulatedServer.start({ models: ["mistral", "shared:latest"] })
      // Another program on vLLM's port.
      const other = yield* SimulatedServer.start({ face: "whisper" })
      const { demo, url } = yield* start([
        { name: "Ollama", kind: "ollama", url: ollama.url, proof: "/api/version" },
        { name: "vLLM", kind: "vllm", url: vllm.url, proof: "/version" },
        { name: "Nobody", kind: "vllm", url: "http://127.0.0.1:1", proof: "/version" },
        { name: "Another", kind: "vllm", url: other.url, proof: "/version" }
      ])
      const banner = Demo.banner(url, demo, { absent: "none" })
      assert.include(banner, `  Ollama answers at ${ollama.url}: its models were added (qwen3:latest, shared:latest).`)
      assert.include(banner, `  vLLM answers at ${vllm.url}: its models were added (mistral, shared:latest).`)
      assert.notMatch(banner, /Nobody|Another/)
      for (const model of ["qwen3", "mistral", "shared", "shared:latest"]) {
        yield* Effect.promise(() => ask(url, Demo.batch, model))
      }
      assert.deepStrictEqual([ollama.received(), vllm.received()], [2, 2])
    }), 20_000)
})
