/** Plants each bug in a copy of the core and lets its law alone look for it, in a process of its own. */
import { spawn } from "node:child_process"
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Planted } from "./Planted.ts"

export interface Caught extends Planted {
  /** Histories until it was found. */
  readonly histories: number
  /** Of the counter-example, after shrinking. */
  readonly steps: number
  readonly message: string
}

const core = join(import.meta.dirname, "..", "..", "..")
const modules = join(core, "..", "..", "node_modules")

/** A bug whose place is not found any more proves nothing: it is to be planted anew. */
const plant = (folder: string, { file, from, to, what }: Planted): void => {
  const path = join(folder, "core", "src", file)
  const text = readFileSync(path, "utf8")
  if (text.split(from).length !== 2) throw new Error(`"${what}" cannot be planted in ${file}: it has changed`)
  writeFileSync(path, text.replace(from, () => to))
}

const run = (folder: string, law: number, histories: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const args = [
      join(folder, "core", "test", "laws", "laws.ts"),
      "--law",
      String(law),
      "--histories",
      String(histories)
    ]
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] })
    let text = ""
    child.stdout.on("data", (data) => text += String(data))
    child.stderr.on("data", (data) => text += String(data))
    child.on("error", reject)
    child.on("close", () => resolve(text))
  })

/** Undefined where the law did not notice it. */
export const hunt = async (bug: Planted, histories: number): Promise<Caught | undefined> => {
  const folder = mkdtempSync(join(tmpdir(), "aiguilleur-planted-"))
  try {
    cpSync(core, join(folder, "core"), { recursive: true, filter: (path) => !path.endsWith("node_modules") })
    symlinkSync(modules, join(folder, "node_modules"))
    plant(folder, bug)
    const text = await run(folder, bug.law, histories)
    const [message = ""] = text.split("\n", 1)
    if (!message.startsWith(`law ${bug.law}:`)) return undefined
    return {
      ...bug,
      message,
      histories: Number(/^(\d+) histories/m.exec(text)?.[1]),
      steps: Number(/^(\d+) steps, from/m.exec(text)?.[1])
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
