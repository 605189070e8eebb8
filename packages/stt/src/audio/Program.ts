/** Where ffmpeg and ffprobe are: as told, else the system's, else what npm brought along. */
import { execFileSync } from "node:child_process"
import { chmodSync, existsSync } from "node:fs"
import { createRequire } from "node:module"

const answers = (program: string): boolean => {
  try {
    execFileSync(program, ["-version"], { stdio: "ignore", timeout: 10_000 })
    return true
  } catch {
    return false
  }
}

const bundled = (): string | undefined => {
  try {
    const found = (createRequire(import.meta.url)("@ffmpeg-installer/ffmpeg") as { readonly path: string }).path
    // Installed without its right to be executed where install scripts do not run.
    chmodSync(found, 0o755)
    return found
  } catch {
    return undefined
  }
}

const find = (): string | undefined => {
  const told = process.env.FFMPEG_PATH
  if (told !== undefined && existsSync(told)) return told
  return answers("ffmpeg") ? "ffmpeg" : bundled()
}

let found: { readonly program: string | undefined } | undefined

export const ffmpeg = (): string | undefined => (found ??= { program: find() }).program
