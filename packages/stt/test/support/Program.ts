/** The program as an operator starts it, in a process of its own: the gateway with the transcription service mounted. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs/promises"
import * as os from "node:os"
import * as path from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

const main = fileURLToPath(new URL("../../../http/src/main.ts", import.meta.url))

export interface Program {
  readonly url: string
  readonly pid: number
  readonly end: (signal: NodeJS.Signals) => Promise<void>
}

/** A folder in which PostgreSQL may run as another user, to be removed by whoever asked for it. */
export const home = async (): Promise<string> => {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "stt-program-"))
  await fs.chmod(folder, 0o755)
  return folder
}

/** Names that lead to servers of the test. */
export const hostsOf = (servers: Record<string, { readonly address: string }>): string =>
  Object.entries(servers).map(([name, { address }]) => `${name}=${address}`).join(",")

/** On the data of the folder, without workers of its own. Rejects with what it said if it ends before it listens. */
export const serve = async (
  folder: string,
  variables: Record<string, string> = {},
  configuration = "models: []\nkeys: []\n"
): Promise<Program> => {
  const file = path.join(folder, "aiguilleur.yaml")
  await fs.writeFile(file, configuration)
  const child = spawn(process.execPath, [main, "serve", "--config", file, "--port", "0", "--json"], {
    env: { PATH: process.env.PATH ?? "", AIGUILLEUR_DATA: folder, AIGUILLEUR_STT_WORKERS: "none", ...variables },
    stdio: ["ignore", "pipe", "pipe"]
  })
  let said = ""
  child.stderr.on("data", (chunk) => said += chunk)
  const ended = once(child, "exit")
  const listening = once(createInterface({ input: child.stdout }), "line")
  const [line] = await Promise.race([listening, ended.then(() => Promise.reject(new Error(said)))])
  return {
    url: JSON.parse(String(line)).url,
    pid: child.pid!,
    end: async (signal) => {
      child.kill(signal)
      await ended
    }
  }
}
