/** The real program in a process of its own, as an operator starts it. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as path from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

const program = fileURLToPath(new URL("../../src/main.ts", import.meta.url))

export interface Gateway {
  readonly url: string
  readonly pid: number
  /** What it has logged so far. */
  readonly said: () => string
  readonly signal: (signal: NodeJS.Signals) => void
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

export interface Place {
  /** Serves `home/aiguilleur.yaml`, with its data beside it. */
  readonly home: string
  /** Of another database than the embedded one. */
  readonly url?: string | undefined
}

export interface Started extends Pick<Gateway, "ended" | "signal"> {
  /** Rejects with what it said if it ends before it listens. */
  readonly listening: Promise<Gateway>
}

export const start = ({ home, url }: Place, ...flags: ReadonlyArray<string>): Started => {
  const env = {
    PATH: process.env["PATH"] ?? "",
    AIGUILLEUR_DATA: path.join(home, "data"),
    PORT: "0",
    ...(url === undefined ? {} : { DATABASE_URL: url })
  }
  const args = [program, "serve", "--config", path.join(home, "aiguilleur.yaml"), "--json", ...flags]
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] })
  let said = ""
  child.stderr.on("data", (chunk) => said += chunk)
  const signal = (name: NodeJS.Signals) => void child.kill(name)
  const ended = once(child, "exit").then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals)
  const line = once(createInterface({ input: child.stdout }), "line")
  const listening = Promise.race([line, ended.then(() => Promise.reject(new Error(said)))]).then(
    ([line]): Gateway => ({
      url: JSON.parse(String(line)).url as string,
      pid: child.pid!,
      said: () => said,
      signal,
      ended
    })
  )
  return { signal, ended, listening }
}

export const serve = (home: string, ...flags: ReadonlyArray<string>): Promise<Gateway> =>
  start({ home }, ...flags).listening

/** One chat completion under this request id; its status once the body is read. */
export const ask = async (
  url: string,
  key: string,
  id: string,
  { model = "m", stream = false }: { readonly model?: string; readonly stream?: boolean } = {}
): Promise<number> => {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", "x-request-id": id },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }], max_tokens: 1, stream })
  })
  await response.arrayBuffer()
  return response.status
}
