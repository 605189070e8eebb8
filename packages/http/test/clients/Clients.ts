/** Clients that people use, each in a process of its own, against a gateway before simulated engines. */
import { Effect, Schema } from "effect"
import { execFile } from "node:child_process"
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { wav } from "../Form.ts"
import * as Fleet from "./Fleet.ts"
import type { Place } from "./OpenWebUi.ts"
import { checks } from "./OpenWebUi.ts"

const execute = promisify(execFile)

/** Where what is not among our own dependencies is installed; git does not see it. */
const folder = fileURLToPath(new URL("../../../../.clients", import.meta.url))

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))

export interface Result {
  readonly what: string
  readonly said?: unknown
  readonly failed?: string
}

/** What it did; an error if it could not be had. */
type Client = (place: Place) => Promise<ReadonlyArray<Result>>

const run = async (command: string, args: ReadonlyArray<string>): Promise<string> => {
  mkdirSync(folder, { recursive: true })
  const { stdout } = await execute(command, [...args], { cwd: folder, timeout: 300_000, maxBuffer: 16 * 1024 * 1024 })
  return stdout
}

const Line = Schema.fromJsonString(Schema.Struct({
  what: Schema.String,
  said: Schema.optionalKey(Schema.Unknown),
  failed: Schema.optionalKey(Schema.String)
}))

const results = (output: string): ReadonlyArray<Result> =>
  output.split("\n").filter((line) => line.startsWith("{")).map((line) => Schema.decodeSync(Line)(line))

const speech = (): string => {
  const file = join(tmpdir(), "aiguilleur-clients-speech.wav")
  writeFileSync(file, wav(3))
  return file
}

const python = (packages: ReadonlyArray<string>, module: string, script: string): Client => async (place) => {
  const interpreter = join(folder, "venv/bin/python")
  if (!existsSync(interpreter)) await run("python3", ["-m", "venv", join(folder, "venv")])
  try {
    await run(interpreter, ["-c", `import ${module}`])
  } catch {
    await run(interpreter, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages])
  }
  return results(await run(interpreter, [here(script), place.url, place.key, place.model, place.hearing, speech()]))
}

const vercelPackages = ["ai@6.0.326", "@ai-sdk/openai@3.0.141", "@ai-sdk/openai-compatible@2.0.92", "zod@4.6.7"]

const vercel: Client = async (place) => {
  if (!existsSync(join(folder, "node_modules/ai"))) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, "package.json"), "{ \"private\": true }")
    await run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...vercelPackages])
  }
  const args = [here("vercel.mjs"), place.url, place.key, place.model, place.hearing, speech(), folder]
  return results(await run(process.execPath, args))
}

const openWebUi: Client = (place) =>
  Promise.all(
    checks.map(([what, check]) =>
      check(place).then((): Result => ({ what }), (error): Result => ({ what, failed: String(error) }))
    )
  )

export const clients: Readonly<Record<string, Client>> = {
  openWebUi,
  vercel,
  openai: python(["openai==3.57.0"], "openai", "openai_sdk.py"),
  langchain: python(["openai==3.57.0", "langchain-openai==1.7.4"], "langchain_openai", "langchain_sdk.py")
}

export interface Run {
  readonly name: string
  /** Why there was none. */
  readonly missing?: string
  readonly results: ReadonlyArray<Result>
  readonly seconds: number
}

/** One after the other, each before a gateway of its own. */
export const runAll = (names: ReadonlyArray<string>): Promise<ReadonlyArray<Run>> =>
  Effect.runPromise(
    Effect.forEach(names, (name) =>
      Effect.scoped(Effect.flatMap(Fleet.make, (place) =>
        Effect.promise(async (): Promise<Run> => {
          const began = performance.now()
          const ended = (rest: Omit<Run, "name" | "seconds">): Run => ({
            name,
            seconds: Math.round(performance.now() - began) / 1000,
            ...rest
          })
          try {
            return ended({ results: await clients[name]!(place) })
          } catch (error) {
            const said = Object(error).stderr || Object(error).message
            return ended({ results: [], missing: String(said).trim().split("\n").slice(-2).join(" ") })
          }
        }))))
  )
