/** Eight in the morning in the demo: four institutions at work, and hands that make a server fail. For tests and pictures. */
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import type { SimulatedServer } from "@aiguilleur/lab/face/SimulatedServer"
import { Context, Effect, Layer } from "effect"
import type { AddressInfo } from "node:net"
import { Agent, request } from "undici"
import type { Config, ConfiguredKey } from "../../src/config/Config.ts"
import * as Demo from "../../src/Demo.ts"
import { hashOf } from "../../src/Keys.ts"
import { Listener } from "../../src/Listener.ts"

const key = (name: string, organisation: string, priority: number): ConfiguredKey => ({
  name,
  secretHash: hashOf(name),
  prefix: name.slice(0, 4),
  caller: { key: `key:${name}`, organisation, priority, routingMode: "any" },
  waitEvents: false
})

/** Beside the demo's own: those who have no server, and one that stays at home. */
const guests = [
  key("moodle", "univ-c", 4),
  key("nightly-index", "univ-d", 0),
  {
    ...key("lab-7", "univ-a", 2),
    caller: { ...key("lab-7", "univ-a", 2).caller, routingMode: "private-only" as const }
  }
]

export interface Users {
  readonly key: string
  readonly model: string
  readonly users: number
  /** Tokens asked for. */
  readonly output: number
}

/** More than the fleet can take at once. */
export const crowd: ReadonlyArray<Users> = [
  { key: Demo.interactive, model: "demo-large", users: 6, output: 420 },
  { key: "moodle", model: "demo-large", users: 4, output: 380 },
  { key: Demo.batch, model: "demo-large", users: 9, output: 700 },
  { key: "nightly-index", model: "demo-large", users: 7, output: 800 },
  { key: "lab-7", model: "demo-large", users: 2, output: 400 },
  { key: Demo.interactive, model: "demo-small", users: 3, output: 300 },
  { key: Demo.batch, model: "demo-small", users: 5, output: 500 },
  { key: "moodle", model: "demo-small", users: 2, output: 260 }
]

export interface Scene {
  readonly url: string
  readonly servers: ReadonlyArray<SimulatedServer>
  readonly dispatcher: Dispatcher["Service"]
  /** Each user asks again when answered, until the scope ends. */
  readonly load: (users: ReadonlyArray<Users>) => void
}

const prompt = "All along the line the signals were at danger and nobody knew why. ".repeat(20)

/** `program`: with transcription or without. */
export const start = Effect.fnUntraced(function*<E, R>(
  program: (config: Config) => Layer.Layer<Dispatcher | Listener, E, R>
) {
  const demo = yield* Demo.make({ host: "127.0.0.1", port: 0 })
  const { config } = demo
  const context = yield* Layer.build(program({
    ...config,
    // The machine that plays all of this is slow itself at times.
    models: config.models.map((model) => ({ ...model, ttftThreshold: 1_500 })),
    organisations: [...config.organisations, { name: "univ-c", weight: 1 }, { name: "univ-d", weight: 1 }],
    keys: [...config.keys, ...guests]
  }))
  const { port } = Context.get(context, Listener).server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const end = yield* Effect.acquireRelease(
    Effect.sync(() => new AbortController()),
    (end) => Effect.sync(() => end.abort())
  )
  const agent = yield* Effect.acquireRelease(
    Effect.sync(() => new Agent({ connections: 256, headersTimeout: 0, bodyTimeout: 0 })),
    (agent) => Effect.promise(() => agent.destroy())
  )
  const ask = async ({ key, model, output }: Users, number: number) => {
    while (!end.signal.aborted) {
      try {
        const { body } = await request(`${url}/v1/chat/completions`, {
          dispatcher: agent,
          method: "POST",
          headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
          body: JSON.stringify({
            model,
            stream: true,
            max_tokens: Math.round(output * (0.6 + ((number * 7) % 10) / 12)),
            messages: [{ role: "user", content: `${number} ${prompt}` }]
          }),
          signal: end.signal
        })
        await body.dump({ limit: 1e9 })
      } catch {
        // It was refused or cut: asked again, as people do.
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
    }
  }
  return {
    url,
    servers: demo.simulated,
    dispatcher: Context.get(context, Dispatcher),
    load: (users) => {
      for (const each of users) for (let number = 0; number < each.users; number++) void ask(each, number)
    }
  } satisfies Scene
})
