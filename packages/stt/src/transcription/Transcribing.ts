/** One recording from its samples to its sentences: cut in its pauses, heard piece by piece, put together again. */
import { Effect, Option } from "effect"
import * as fs from "node:fs/promises"
import * as Chunking from "../audio/Chunking.ts"
import * as Wave from "../audio/Wave.ts"
import * as Language from "../enrichment/Language.ts"
import type { Sentence } from "../enrichment/Version.ts"
import { type Heard, type Piece, SpeechEngine, SpeechError } from "../speech/SpeechEngine.ts"
import * as Joining from "./Joining.ts"

/** Results of pieces that were finished before; the key names the piece, the language and the engine. */
export interface Keeping {
  readonly find: (key: string) => Effect.Effect<Option.Option<Heard>>
  readonly keep: (key: string, heard: Heard) => Effect.Effect<void>
}

export const nothingKept: Keeping = { find: () => Effect.succeedNone, keep: () => Effect.void }

export interface Recording {
  /** Of samples as `Wave` has them. */
  readonly file: string
  readonly levels: ReadonlyArray<number>
}

export interface Options {
  readonly recording: Recording
  /** A code or a name; null to have it detected. */
  readonly language: string | null
  readonly task?: Piece["task"]
  readonly owner: string
  readonly keeping?: Keeping
  /** From 0 to 1, each time a piece is finished. */
  readonly onProgress?: (share: number) => Effect.Effect<void>
}

export interface Transcribed {
  readonly language: string | null
  readonly text: string
  readonly sentences: ReadonlyArray<Sentence>
}

/** What to say of a recording without a sentence, where a transcript is what was wanted. */
export const silent = new SpeechError({
  message: "Nobody speaks in this recording, as far as can be heard",
  isPassing: false
})

/** Among the first pieces the one with most to hear tells the language best. */
const telling = (chunks: ReadonlyArray<Chunking.Chunk>): number => {
  const lengths = chunks.slice(0, 4).map(({ end, start }) => end - start)
  return lengths.indexOf(Math.max(...lengths))
}

/** Without a sentence if there is nothing to hear. */
export const transcribe = Effect.fn("Transcribing.transcribe")(function*(
  { keeping = nothingKept, language, onProgress, owner, recording, task = "transcribe" }: Options
): Effect.fn.Return<Transcribed, SpeechError, SpeechEngine> {
  const engine = yield* SpeechEngine
  const chunks = Chunking.chunks(recording.levels)
  if (chunks.length === 0) return { language: Language.normalise(language), text: "", sentences: [] }
  const handle = yield* Effect.promise(() => fs.open(recording.file))
  const read = async ({ end, start }: Chunking.Chunk): Promise<Uint8Array> => {
    const [from, to] = [Wave.offsetOf(start), Wave.offsetOf(end)]
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(to - from), 0, to - from, from)
    return buffer.subarray(0, bytesRead - bytesRead % Wave.bytes)
  }
  let finished = 0

  const hear = Effect.fnUntraced(function*(chunk: Chunking.Chunk, spoken: string | null) {
    const key = [engine.name, task, spoken ?? "auto", chunk.start, chunk.end].join(" ")
    const before = yield* keeping.find(key)
    const heard = Option.isSome(before) ? before.value : yield* Effect.gen(function*() {
      const samples = yield* Effect.promise(() => read(chunk))
      const seconds = Wave.secondsOf(samples.length)
      const heard = yield* engine.hear({ samples, seconds, language: spoken, task, owner })
      yield* keeping.keep(key, heard)
      return heard
    })
    finished++
    yield* onProgress?.(finished / chunks.length) ?? Effect.void
    return { chunk, heard }
  })

  return yield* Effect.gen(function*() {
    const told = Language.normalise(language)
    const first = told === null ? telling(chunks) : -1
    const detected = first < 0 ? undefined : yield* hear(chunks[first]!, null)
    const spoken = told ?? detected?.heard.language ?? null
    const pieces = yield* Effect.forEach(
      chunks,
      (chunk, index) => index === first && detected !== undefined ? Effect.succeed(detected) : hear(chunk, spoken),
      { concurrency: engine.atOnce }
    )
    const sentences = Joining.join(pieces)
    return { language: spoken, text: Joining.textOf(sentences), sentences }
  }).pipe(Effect.ensuring(Effect.promise(() => handle.close())))
})
