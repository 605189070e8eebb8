/** The model file on this machine: given by path, or fetched once, resumed where it was cut, and checked whole. */
import { Effect } from "effect"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import { pipeline } from "node:stream/promises"
import * as Catalogue from "./Catalogue.ts"
import { ModelError } from "./ModelError.ts"
import * as ModelLayout from "./ModelLayout.ts"

export interface Options {
  /** A name of the catalogue, or the path of a file. */
  readonly model: string
  /** Where fetched ones are kept. */
  readonly folder: string
  /** Below which the catalogue's files lie. */
  readonly source?: string | undefined
  /** The catalogue, where a test has its own. */
  readonly entries?: Readonly<Record<string, Catalogue.ModelEntry>>
  /** Told as bytes arrive. */
  readonly onProgress?: (received: number, total: number) => void
}

const problem = (reason: ModelError["reason"], message: string) => new ModelError({ reason, message })

const isPath = (model: string): boolean => /[\\/]|\.(?:bin|gguf)$/.test(model)

const given = (file: string): Effect.Effect<string, ModelError> =>
  Effect.suspend(() => {
    if (!fs.existsSync(file)) return Effect.fail(problem("Missing", `There is no speech model at ${file}`))
    const verdict = ModelLayout.inspect(file)
    if (verdict === "whole") return Effect.succeed(file)
    return Effect.fail(problem(
      "Damaged",
      verdict === "truncated"
        ? `The speech model ${file} is incomplete: fetch it again`
        : `The file ${file} is not a speech model that whisper.cpp can read (ggml)`
    ))
  })

const digestOf = async (file: string, signal: AbortSignal): Promise<string> => {
  const hash = createHash("sha256")
  await pipeline(fs.createReadStream(file, { highWaterMark: 1024 * 1024 }), hash, { signal })
  return hash.digest("hex")
}

const sizeOf = (file: string): number => fs.existsSync(file) ? fs.statSync(file).size : 0

const roomFor = (folder: string, bytes: number): boolean => {
  const { bavail, bsize } = fs.statfsSync(folder)
  return bavail * bsize > bytes + 64 * 1024 * 1024
}

const explain = (cause: unknown, name: string): ModelError => {
  if (cause instanceof ModelError) return cause
  const { code } = (cause ?? {}) as NodeJS.ErrnoException
  if (code === "ENOSPC" || code === "EDQUOT") {
    return problem("NoSpace", `There is no room on the disk for the speech model ${name}`)
  }
  return problem("Unreachable", `The speech model ${name} cannot be fetched at the moment`)
}

/** Seconds without a byte after which a server is given up. */
const stall = 60_000

const receive = async (
  url: string,
  part: string,
  entry: Catalogue.ModelEntry,
  options: Options,
  signal: AbortSignal
) => {
  const from = sizeOf(part)
  const given = new AbortController()
  const timer = setTimeout(() => given.abort(), stall)
  try {
    const response = await fetch(url, {
      headers: from === 0 ? {} : { range: `bytes=${from}-` },
      signal: AbortSignal.any([signal, given.signal])
    })
    const resumed = response.status === 206
    if (!response.ok || response.body === null) {
      throw problem(
        "Unreachable",
        `The speech model ${options.model} cannot be fetched: ${url} answers ${response.status}`
      )
    }
    const handle = await fs.promises.open(part, resumed ? "a" : "w")
    try {
      let received = resumed ? from : 0
      // Each piece is in the file before the next one is taken: a cut loses none of them.
      for await (const piece of response.body) {
        timer.refresh()
        received += piece.length
        if (received > entry.bytes) {
          throw problem("Checksum", `${url} is not the speech model ${options.model}: it is larger`)
        }
        await handle.writeFile(piece)
        options.onProgress?.(received, entry.bytes)
      }
    } finally {
      await handle.close()
    }
  } finally {
    clearTimeout(timer)
  }
}

const fetched = (name: string, entry: Catalogue.ModelEntry, options: Options): Effect.Effect<string, ModelError> =>
  Effect.tryPromise({
    try: async (signal) => {
      const file = path.join(options.folder, entry.file)
      // Checked when it was fetched; afterwards its size tells whether it is still all there.
      if (sizeOf(file) === entry.bytes) return file
      fs.mkdirSync(options.folder, { recursive: true })
      const part = `${file}.part`
      if (sizeOf(part) > entry.bytes) fs.rmSync(part)
      if (!roomFor(options.folder, entry.bytes - sizeOf(part))) {
        throw problem("NoSpace", `There is no room on the disk for the speech model ${name} (${entry.bytes} bytes)`)
      }
      const url = `${(options.source ?? Catalogue.source).replace(/(?<!\/)\/+$/, "")}/${entry.file}`
      if (sizeOf(part) < entry.bytes) await receive(url, part, entry, options, signal)
      if (sizeOf(part) < entry.bytes) throw problem("Unreachable", `The speech model ${name} was cut off on its way`)
      if (await digestOf(part, signal) !== entry.sha256) {
        fs.rmSync(part)
        throw problem(
          "Checksum",
          `What was fetched as the speech model ${name} has the wrong checksum, and was thrown away`
        )
      }
      fs.renameSync(part, file)
      return file
    },
    catch: (cause) => explain(cause, name)
  })

/** The path of a model that is whole. What was cut off is asked for again three times, from where it was cut. */
export const obtain = Effect.fn("ModelFile.obtain")(function*(
  options: Options
): Effect.fn.Return<string, ModelError> {
  if (isPath(options.model)) return yield* given(options.model)
  const entries = options.entries ?? Catalogue.models
  const entry = entries[options.model]
  if (entry === undefined) {
    const known = Object.keys(entries).join(", ")
    return yield* problem(
      "Unknown",
      `There is no speech model ${options.model}. There are: ${known}; or give the path of one`
    )
  }
  return yield* Effect.retry(fetched(options.model, entry, options), {
    times: 3,
    while: ({ reason }) => reason === "Unreachable" && sizeOf(path.join(options.folder, `${entry.file}.part`)) > 0
  })
})
