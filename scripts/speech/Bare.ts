/** The engine that is built in beside the chain around it: the same file, the same weights, as many threads. */
import * as Decoding from "@aiguilleur/stt/audio/Decoding"
import { WhisperProcess } from "@aiguilleur/stt/embedded/WhisperProcess"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import * as Workshop from "../engines/Workshop.ts"
import * as Burden from "./Burden.ts"
import type { Lecture } from "./Lecture.ts"
import * as WordErrors from "./WordErrors.ts"

export interface Measured extends Burden.Burden {
  readonly wall: number
  readonly wordErrors: number
}

const since = (from: number): number => (Date.now() - from) / 1000

/** The whole recording in one call, as whoever uses the library would do. */
export const bare = async ({ file, language, said }: Lecture, model: string, threads: number): Promise<Measured> => {
  const pcm = join(Workshop.folder, "audio/bare.pcm")
  await Effect.runPromise(Decoding.decode(file, pcm))
  const samples = new Int16Array(new Uint8Array(await readFile(pcm)).buffer)
  const from = Date.now()
  const whisper = new WhisperProcess()
  const end = Burden.watch(whisper.pid!)
  try {
    await Effect.runPromise(whisper.ask({ _tag: "Load", model, addon: undefined }, 600_000))
    const request = { samples, language, translate: false, threads }
    const answer = await Effect.runPromise(whisper.ask({ _tag: "Hear", request }, 7_200_000))
    if (answer._tag !== "Heard") throw new Error(JSON.stringify(answer))
    const heard = answer.result.words.map(({ text }) => text).join("")
    return { ...end(), wall: since(from), wordErrors: WordErrors.rate(said, heard) }
  } finally {
    whisper.end()
  }
}

/** `stt transcribe`: ffmpeg, pauses, pieces, seams and all. */
export const chained = async ({ file, language, said }: Lecture, model: string, threads: number): Promise<Measured> => {
  const from = Date.now()
  const main = join(Workshop.root, "packages/http/src/main.ts")
  const words = ["stt", "transcribe", file, "--language", language, "--format", "text", "--model", model]
  const child = spawn(process.execPath, [main, ...words, "--threads", String(threads)], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  const end = Burden.watch(child.pid!)
  let heard = ""
  child.stdout.on("data", (piece: Buffer) => heard += piece.toString())
  const [code] = await once(child, "close")
  if (code !== 0) throw new Error(`stt transcribe ended with ${code}`)
  return { ...end(), wall: since(from), wordErrors: WordErrors.rate(said, heard) }
}
