/** What a chat waits longer through the gateway than without it: while nothing else happens, and while recordings are transcribed. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import { Effect, Exit, Scope } from "effect"
import { writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { Agent, request } from "undici"
import * as Sound from "../../packages/http/test/ownwork/Sound.ts"
import * as Workshop from "../engines/Workshop.ts"
import * as Gateway from "./Gateway.ts"

/** SIMULATED: always the same answer, at once. */
const chat = async () => {
  const body = JSON.stringify({
    id: "chatcmpl-simulated",
    object: "chat.completion",
    choices: [{ index: 0, message: { role: "assistant", content: "Yes." }, finish_reason: "stop" }],
    usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 }
  })
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(200, { "content-type": "application/json" }).end(body))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, stop: () => server.close() }
}

const median = (values: ReadonlyArray<number>): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN

interface Added {
  readonly direct: number
  readonly gateway: number
  /** Milliseconds, of the medians. */
  readonly added: number
  readonly requests: number
}

const agent = new Agent({ connections: 1 })

const once = async (url: string): Promise<number> => {
  const from = performance.now()
  const { body, statusCode } = await request(`${url}/v1/chat/completions`, {
    method: "POST",
    dispatcher: agent,
    headers: { "content-type": "application/json", authorization: `Bearer ${Gateway.key}` },
    body: JSON.stringify({ model: "chat", messages: [{ role: "user", content: "Is it so?" }] })
  })
  await body.text()
  if (statusCode !== 200) throw new Error(`a chat was answered with ${statusCode}`)
  return performance.now() - from
}

/** In turns, so that whatever else the machine does meets both. */
const measure = async (direct: string, gateway: string, goesOn: (count: number) => boolean): Promise<Added> => {
  const [straight, through]: [Array<number>, Array<number>] = [[], []]
  while (goesOn(through.length)) {
    straight.push(await once(direct))
    through.push(await once(gateway))
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const [one, other] = [median(straight), median(through)]
  return { direct: one, gateway: other, added: other - one, requests: through.length }
}

export interface Outcome {
  readonly idle: Added
  readonly busy: Added
  readonly ratio: number
  readonly finished: number
}

export const run = async (jobs: number): Promise<Outcome> => {
  const scope = Scope.makeUnsafe()
  const engine = await chat()
  const whisper = await Effect.runPromise(
    SimulatedServer.start({ face: "whisper", models: ["ear"], audioPace: 0.3 }).pipe(Scope.provide(scope))
  )
  const gateway = await Gateway.start(`
organisations: [{ name: test }]
keys: [{ name: test, organisation: test, priority: 5, secret: "${Gateway.key}" }]
models:
  - name: ear
    servers: [{ url: "${whisper.url}", kind: whisper, organisation: test, maxConcurrent: 200 }]
  - name: chat
    servers: [{ url: "${engine.url}", kind: openai, organisation: test, maxConcurrent: 4 }]
stt: { speech: ear, own: { jobs: ${jobs} } }
`)
  try {
    const file = join(Workshop.folder, "audio/noise.wav")
    writeFileSync(file, Sound.speech(240))
    await measure(engine.url, gateway.url, (count) => count < 200)
    const idle = await measure(engine.url, gateway.url, (count) => count < 1000)
    const ended = new Set<string>()
    let over = false
    const all = Promise.all(Array.from({ length: jobs }, async () => {
      const id = await gateway.submit({ file })
      const { status } = await gateway.ended(id, 5000)
      if (status === "SUCCESS") ended.add(id)
    }))
    void all.then(() => over = true, () => over = true)
    const busy = await measure(engine.url, gateway.url, () => !over)
    await all
    return { idle, busy, ratio: busy.added / idle.added, finished: ended.size }
  } finally {
    await gateway.stop()
    engine.stop()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }
}
