/** Uploads a file of any size to the program in a process of its own, and watches that process's memory. */
import { once } from "node:events"
import * as fs from "node:fs/promises"
import * as http from "node:http"
import { Caller } from "./Caller.ts"
import { desk } from "./Desk.ts"
import { wav } from "./Media.ts"
import { home, serve } from "./Program.ts"
import * as Started from "./Started.ts"

const mebibyte = 1024 * 1024

/** In megabytes: what it holds now, and the most that it held since the last time that this was asked to begin anew. */
const memoryOf = async (pid: number): Promise<{ readonly now: number; readonly most: number }> => {
  const status = await fs.readFile(`/proc/${pid}/status`, "utf8")
  const field = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024
  return { now: field("VmRSS"), most: field("VmHWM") }
}

/** The kernel keeps the peak, so that none is missed between two looks. */
const beginAnew = (pid: number) => fs.writeFile(`/proc/${pid}/clear_refs`, "5")

/** A wave as long as its header says, but for a length that the header cannot hold. */
const headOf = (bytes: number): Buffer => {
  const head = Buffer.from(wav(0))
  head.writeUInt32LE(Math.min(36 + bytes, 0xffff_fff0), 4)
  // So many bytes a second that the limit of time is not what is tested.
  head.writeUInt32LE(192_000, 24)
  head.writeUInt32LE(384_000, 28)
  head.writeUInt32LE(Math.min(bytes, 0xffff_fff0), 40)
  return head
}

export interface Growth {
  readonly megabytes: number
  readonly status: number
  readonly peakGrowthInMegabytes: number
}

export const growth = async (megabytes: number): Promise<Growth> => {
  const data = await home()
  const admin = await desk(data)
  await admin.client("client")
  const { end, pid, url } = await serve(data)
  const caller = await Caller.of({ url }, "client", "client-secret")
  await caller.post("/enrichments/upload", { form: Started.uploadForm() })
  await beginAnew(pid)
  const before = await memoryOf(pid)
  const boundary = "a-boundary-of-a-test"
  const field = (name: string, value: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  const request = http.request(`${url}/api/v1/enrichments/upload`, {
    method: "POST",
    headers: { authorization: `Bearer ${caller.token}`, "content-type": `multipart/form-data; boundary=${boundary}` }
  })
  const answered = once(request, "response") as Promise<[http.IncomingMessage]>
  request.write(field("enrichmentParameters", JSON.stringify(Started.parameters())))
  request.write(field("notificationWebhookUrl", Started.hookUrl))
  request.write(`--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\n\r\n`)
  request.write(headOf(megabytes * mebibyte))
  const chunk = Buffer.alloc(mebibyte)
  for (let sent = 0; sent < megabytes; sent++) {
    if (!request.write(chunk)) await once(request, "drain")
  }
  request.end(`\r\n--${boundary}--\r\n`)
  const [response] = await answered
  response.resume()
  const after = await memoryOf(pid)
  await end("SIGKILL")
  await admin.stop()
  await fs.rm(data, { recursive: true, force: true })
  return { megabytes, status: response.statusCode ?? 0, peakGrowthInMegabytes: Math.round(after.most - before.now) }
}
