/** Uploads of any size through the real program: byte by byte what was sent, and its memory as it was before. */
import { Effect } from "effect"
import { createHash } from "node:crypto"
import { once } from "node:events"
import * as fs from "node:fs/promises"
import * as http from "node:http"
import * as path from "node:path"
import { wav } from "../Form.ts"
import * as Receiver from "../upload/Receiver.ts"
import type { Gateway } from "./Gateway.ts"
import { serve } from "./Gateway.ts"

const key = "secret-of-an-uploader-0123456789"
const boundary = "a-boundary-of-a-campaign"
const mebibyte = 1024 * 1024

const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="lecture.wav"\r\n\r\n`
const model = (name: string) => `\r\n--${boundary}\r\nContent-Disposition: form-data; name="model"\r\n\r\n${name}\r\n`
const end = `--${boundary}--`

export interface Outcome {
  readonly megabytes: number
  readonly uploads: number
  readonly statuses: ReadonlyArray<number>
  /** Those that an engine received as they were sent, under its own name of the model. */
  readonly intact: number
  /** Of the gateway's resident memory, at its peak, over what it was after a small upload. */
  readonly peakGrowthInMegabytes: number
  readonly seconds: number
  /** Names in the folder for uploads: in the middle of each, and after the gateway was killed in the middle of one. */
  readonly names: ReadonlyArray<string>
}

const configuration = (engine: string): string =>
  `models:
  - { name: public-whisper, model: whisper, servers: [{ url: "${engine}", kind: whisper, organisation: univ-a }] }
keys: [{ name: uploader, organisation: univ-a, secret: ${key} }]
`

const figure = async (pid: number, name: "VmRSS" | "VmHWM"): Promise<number> => {
  const status = await fs.readFile(`/proc/${pid}/status`, "utf8")
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024
}

/**
 * So many minutes of WAV as make up so many megabytes, the model after the file; the digest of what it is to become.
 * `midway` is called when half is sent: far more than sockets hold, so that the gateway has opened its file for certain.
 */
const upload = async (
  url: string,
  megabytes: number,
  midway = async () => {}
): Promise<{ readonly status: number; readonly digest: string }> => {
  const request = http.request(`${url}/v1/audio/transcriptions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": `multipart/form-data; boundary=${boundary}` }
  })
  const answered = once(request, "response") as Promise<[http.IncomingMessage]>
  const hash = createHash("sha256")
  const send = async (bytes: Uint8Array | string) => {
    hash.update(bytes)
    if (!request.write(bytes)) await once(request, "drain")
  }
  await send(head)
  const audio = Buffer.from(wav(0))
  audio.writeUInt32LE(megabytes * mebibyte, 40)
  await send(audio)
  for (let n = 0; n < megabytes; n++) {
    if (n === Math.ceil(megabytes / 2)) await midway()
    await send(Buffer.alloc(mebibyte, n))
  }
  hash.update(model("whisper")).update(end)
  request.end(`${model("public-whisper")}${end}\r\n`)
  const [response] = await answered
  response.resume()
  await once(response, "end")
  return { status: response.statusCode!, digest: hash.digest("hex") }
}

/** Begins one, and kills the gateway in the middle of it, when it has taken more than sockets hold. */
const killed = async (gateway: Gateway): Promise<void> => {
  const request = http.request(`${gateway.url}/v1/audio/transcriptions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": `multipart/form-data; boundary=${boundary}` }
  })
  request.on("error", () => {})
  request.write(head)
  for (let n = 0; n < 64; n++) if (!request.write(Buffer.alloc(mebibyte))) await once(request, "drain")
  gateway.signal("SIGKILL")
  await gateway.ended
}

export const run = Effect.fnUntraced(function*(home: string, megabytes: number, uploads: number) {
  const engine = yield* Receiver.start()
  return yield* Effect.promise(async (): Promise<Outcome> => {
    await fs.writeFile(path.join(home, "aiguilleur.yaml"), configuration(engine.url))
    const gateway = await serve(home)
    const folder = path.join(home, "data/uploads")
    await upload(gateway.url, 4)
    const before = await figure(gateway.pid, "VmRSS")
    const began = performance.now()
    const under: Array<string> = []
    const look = async () => void under.push(...await fs.readdir(folder))
    const sent = await Promise.all(Array.from({ length: uploads }, () => upload(gateway.url, megabytes, look)))
    const seconds = (performance.now() - began) / 1000
    const peak = await figure(gateway.pid, "VmHWM")
    await killed(gateway)
    const received = new Set(engine.uploads.map(({ digest }) => digest))
    return {
      megabytes,
      uploads,
      statuses: sent.map(({ status }) => status),
      intact: sent.filter(({ digest }) => received.has(digest)).length,
      peakGrowthInMegabytes: Math.round(peak - before),
      seconds: Math.round(seconds * 10) / 10,
      names: [...under, ...await fs.readdir(folder)]
    }
  })
})
