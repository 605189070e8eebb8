/** Uploads a file of any size to a service in a process of its own, and watches that process's memory. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs/promises"
import * as http from "node:http"
import * as os from "node:os"
import * as path from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { Caller } from "./Caller.ts"
import { desk } from "./Desk.ts"
import { wav } from "./Media.ts"
import * as Started from "./Started.ts"

const program = fileURLToPath(new URL("service.main.ts", import.meta.url))
const mebibyte = 1024 * 1024

const residentOf = async (pid: number): Promise<number> => {
  const status = await fs.readFile(`/proc/${pid}/status`, "utf8")
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
}

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
  const data = await fs.mkdtemp(path.join(os.tmpdir(), "stt-upload-"))
  await fs.chmod(data, 0o755)
  const admin = await desk(data)
  await admin.client("client")
  const child = spawn(process.execPath, [program, data, "127.0.0.1:9", "127.0.0.1:9"], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  const [url] = await once(createInterface({ input: child.stdout }), "line") as [string]
  const caller = await Caller.of({ url }, "client", "client-secret")
  await caller.post("/enrichments/upload", { form: Started.uploadForm() })
  const before = await residentOf(child.pid!)
  let peak = before
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
    if (sent % 16 === 0) peak = Math.max(peak, await residentOf(child.pid!))
  }
  request.end(`\r\n--${boundary}--\r\n`)
  const [response] = await answered
  response.resume()
  peak = Math.max(peak, await residentOf(child.pid!))
  const ended = once(child, "exit")
  child.kill("SIGKILL")
  await ended
  await admin.stop()
  await fs.rm(data, { recursive: true, force: true })
  return { megabytes, status: response.statusCode ?? 0, peakGrowthInMegabytes: Math.round(peak - before) }
}
