/** The real program in a process of its own, as an operator starts it. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as path from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

const program = fileURLToPath(new URL("../../src/main.ts", import.meta.url))

export interface Gateway {
  readonly url: string
  /** What it has logged so far. */
  readonly said: () => string
  readonly signal: (signal: NodeJS.Signals) => void
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

/** Serves `home/aiguilleur.yaml` with its data beside it. Rejects with what it said if it ends before it listens. */
export const serve = async (home: string, ...flags: ReadonlyArray<string>): Promise<Gateway> => {
  const env = { PATH: process.env["PATH"] ?? "", AIGUILLEUR_DATA: path.join(home, "data"), PORT: "0" }
  const args = [program, "serve", "--config", path.join(home, "aiguilleur.yaml"), "--json", ...flags]
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] })
  let said = ""
  child.stderr.on("data", (chunk) => said += chunk)
  const ended = once(child, "exit").then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals)
  const listening = once(createInterface({ input: child.stdout }), "line")
  const [line] = await Promise.race([listening, ended.then(() => Promise.reject(new Error(said)))])
  return {
    url: JSON.parse(String(line)).url as string,
    said: () => said,
    signal: (signal) => void child.kill(signal),
    ended
  }
}

/** One chat completion under this request id; its status once the body is read. */
export const ask = async (url: string, key: string, id: string, model = "m"): Promise<number> => {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", "x-request-id": id },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }], max_tokens: 1 })
  })
  await response.arrayBuffer()
  return response.status
}
