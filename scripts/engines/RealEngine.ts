/** A real inference server in a process of its own, for as long as it is needed. */
import type { ServerKind } from "@aiguilleur/core/Server"
import { spawn } from "node:child_process"
import { createWriteStream, mkdirSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import * as Workshop from "./Workshop.ts"

export interface RealEngine {
  readonly kind: ServerKind
  readonly title: string
  readonly url: string
  /** What the engine calls it. */
  readonly model: string
  readonly work: "chat" | "transcription"
  readonly stop: () => Promise<void>
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().on("error", reject).listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

export interface Process {
  readonly stop: () => Promise<void>
}

/** Ready when `path` answers; its output goes to a file beside the engines. */
export const launch = async (
  name: string,
  command: string,
  args: ReadonlyArray<string>,
  ready: string,
  env: Readonly<Record<string, string>> = {}
): Promise<Process> => {
  mkdirSync(join(Workshop.folder, "logs"), { recursive: true })
  const log = createWriteStream(join(Workshop.folder, "logs", `${name}.log`))
  const child = spawn(command, [...args], { cwd: Workshop.root, env: { ...process.env, ...env } })
  child.stdout.pipe(log)
  child.stderr.pipe(log)
  let over = false
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      over = true
      resolve()
    }
    child.on("error", end)
    child.on("exit", end)
  })
  const stop = async () => {
    child.kill()
    await ended
  }
  for (let left = 240; left > 0; left--) {
    if (over) throw new Error(`${name} ended before it was ready: see .engines/logs/${name}.log`)
    const answer = await fetch(ready, { signal: AbortSignal.timeout(2000) }).catch(() => undefined)
    if (answer?.ok) return { stop }
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  await stop()
  throw new Error(`${name} was not ready within a minute: see .engines/logs/${name}.log`)
}

const llamaCpp = async (): Promise<RealEngine> => {
  await Workshop.install("llama_cpp.server", "llama-cpp-python[server]")
  const gguf = await Workshop.gemma()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const version = await Workshop.run(Workshop.python, ["-c", "import llama_cpp; print(llama_cpp.__version__)"])
  const model = "gemma3-270m"
  const { stop } = await launch("llama-cpp-python", Workshop.python, [
    "-m",
    "llama_cpp.server",
    ...Object.entries({ model: gguf, model_alias: model, host: "127.0.0.1", port, n_ctx: 2048, n_threads: 2 }).flatMap(
      ([option, value]) => [`--${option}`, String(value)]
    )
  ], `${url}/v1/models`)
  return { kind: "openai", title: `llama-cpp-python ${version.trim()}`, url, model, work: "chat", stop }
}

export const ollamaVersion = "v0.17.4"

const ollama = async (): Promise<RealEngine> => {
  const [gguf, binary] = [await Workshop.gemma(), await Workshop.ollama(ollamaVersion)]
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = {
    OLLAMA_HOST: `127.0.0.1:${port}`,
    OLLAMA_MODELS: join(Workshop.folder, "ollama"),
    HOME: Workshop.folder
  }
  const { stop } = await launch("ollama", binary, ["serve"], `${url}/api/version`, env)
  const model = "gemma3-270m"
  try {
    const file = join(Workshop.folder, "Modelfile")
    writeFileSync(file, `FROM ${gguf}\nPARAMETER num_ctx 2048\n`)
    await Workshop.run(binary, ["create", model, "-f", file], { env })
  } catch (error) {
    await stop()
    throw error
  }
  return { kind: "ollama", title: `Ollama ${ollamaVersion} (Go module)`, url, model, work: "chat", stop }
}

const whisper = async (): Promise<RealEngine> => {
  await Workshop.install("faster_whisper", "faster-whisper")
  const weights = await Workshop.whisperModel()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const script = join(Workshop.root, "scripts/engines/whisper_server.py")
  const { stop } = await launch("whisper", Workshop.python, [script, weights, String(port)], `${url}/health`)
  return { kind: "whisper", title: "faster-whisper, base", url, model: "whisper-base", work: "transcription", stop }
}

export const known: Readonly<Record<string, () => Promise<RealEngine>>> = { llamaCpp, ollama, whisper }
