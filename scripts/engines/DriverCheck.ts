/** The contract's part that a real engine can answer for: health, load, a job, its words for what it does not have. */
import { drivers } from "@aiguilleur/backends/Backends"
import type { Backend, BackendError } from "@aiguilleur/core/Backend"
import type { Model } from "@aiguilleur/core/Model"
import type { Server } from "@aiguilleur/core/Server"
import { defaults } from "@aiguilleur/core/Settings"
import { Effect, Fiber } from "effect"
import { FetchHttpClient } from "effect/http"
import { readFileSync } from "node:fs"
import type { RealEngine } from "./RealEngine.ts"
import { messages } from "./Recording.ts"
import type { Report } from "./Report.ts"
import { assert } from "./Report.ts"
import type { Speech } from "./Speech.ts"

const serverOf = ({ kind, url }: RealEngine): Server => ({
  url,
  kind,
  organisation: "test",
  site: "test",
  maxConcurrent: 1,
  headroom: 0,
  ownerReserve: 0,
  priorityScheduling: false
})

const modelOf = ({ model, url }: RealEngine): Model => ({
  name: model,
  engineName: model,
  aliases: [],
  strategy: "least-busy",
  policy: "performance",
  ttftThreshold: 500,
  patience: 60_000,
  servers: [url]
})

const jobOf = ({ work }: RealEngine, speech: Speech | undefined, tokens: number) =>
  work === "chat"
    ? {
      path: "/v1/chat/completions",
      body: {
        messages,
        max_tokens: tokens,
        temperature: 0,
        priority: 5,
        "routing-mode": "any"
      }
    }
    : {
      path: "/v1/audio/transcriptions",
      body: {
        file: new File([readFileSync(speech!.file)], "speech.wav"),
        language: speech!.language,
        response_format: "text",
        priority: 5
      }
    }

const textOf = (answer: unknown): string => JSON.stringify(Object(answer).choices?.[0]?.message?.content ?? answer)

/** With the engine still running at the end. */
export const run = async (engine: RealEngine, speeches: ReadonlyArray<Speech>, { check }: Report): Promise<void> => {
  const backend: Backend = await Effect.runPromise(
    Effect.provide(drivers[engine.kind].make(defaults), FetchHttpClient.layer)
  )
  const [server, model] = [serverOf(engine), modelOf(engine)]
  const refused = (changed: Partial<Model>): Promise<BackendError> =>
    Effect.runPromise(Effect.flip(backend.call(server, { ...model, ...changed }, jobOf(engine, speeches[0], 4))))

  await check("is up", async () => assert(await Effect.runPromise(backend.health(server)) === "up", "it is down"))

  for (const speech of engine.work === "chat" ? [undefined] : speeches) {
    await check(speech === undefined ? "does a job" : `transcribes ${speech.language}`, async () => {
      const text = textOf(await Effect.runPromise(backend.call(server, model, jobOf(engine, speech, 24))))
      assert(speech === undefined ? text !== `""` : speech.heard.test(text), `it said ${text}`)
      return text
    })
  }

  await check("can be asked for its load", async () => {
    const loads = await Effect.runPromise(backend.load(server, [model]))
    return JSON.stringify(Object.fromEntries(loads))
  })

  await check("knows its words for a model that it does not have", async () => {
    const { message, reason } = await refused({ engineName: "stranger:1b" }).catch(() => ({
      reason: "none",
      message: "it serves its one model whatever it is called"
    }))
    assert(reason === "unsupported" || reason === "none", `${reason}: ${message}`)
    return message
  })

  await check("is free again after a job was interrupted", async () => {
    const job = Effect.runFork(backend.call(server, model, jobOf(engine, speeches[0], 1500)))
    await new Promise((resolve) => setTimeout(resolve, 700))
    assert(job.pollUnsafe() === undefined, "the job was over before it was interrupted")
    await Effect.runPromise(Fiber.interrupt(job))
    const began = performance.now()
    await Effect.runPromise(backend.call(server, model, jobOf(engine, speeches[0], 1)))
    return `the next was answered ${((performance.now() - began) / 1000).toFixed(1)} s later`
  })
}

/** Once it was stopped. */
export const afterwards = async (engine: RealEngine, { check }: Report): Promise<void> => {
  await check("is down once it was stopped", async () => {
    const backend = await Effect.runPromise(
      Effect.provide(drivers[engine.kind].make(defaults), FetchHttpClient.layer)
    )
    assert(await Effect.runPromise(backend.health(serverOf(engine))) === "down", "it is up")
  })
}
