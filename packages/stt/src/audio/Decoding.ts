/** Any medium as samples that Whisper listens to, written to a file while their loudness is measured. */
import { Effect, Schema } from "effect"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import { Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import * as Loudness from "./Loudness.ts"
import { ffmpeg } from "./Program.ts"
import { environment } from "./ProgramEnvironment.ts"
import * as Urgency from "./Urgency.ts"
import { rate, secondsOf } from "./Wave.ts"

/** The message is for whoever sent the medium. */
export class Undecodable extends Schema.TaggedError<Undecodable>()("Undecodable", { message: Schema.String }) {}

export interface Decoded {
  readonly seconds: number
  readonly levels: ReadonlyArray<number>
}

const none = "There is no ffmpeg: install it, or name it with FFMPEG_PATH"

/** Whatever the file says, nothing but the file is read. */
const argumentsOf = (source: string) =>
  `-v error -nostdin -protocol_whitelist file,pipe -map 0:a:0 -ac 1 -ar ${rate} -f s16le -`.split(" ").toSpliced(
    5,
    0,
    "-i",
    source
  )

const isDiskFull = (cause: unknown): boolean =>
  ["ENOSPC", "EDQUOT"].includes((cause as NodeJS.ErrnoException | null)?.code ?? "")

/** Interruption ends ffmpeg. */
export const decode = Effect.fn("Decoding.decode")(function*(
  source: string,
  target: string
): Effect.fn.Return<Decoded, Undecodable> {
  const program = ffmpeg()
  if (program === undefined) return yield* Effect.die(new Error(none))
  const meter = new Loudness.Meter()
  let length = 0
  return yield* Effect.tryPromise({
    try: async (signal) => {
      const child = spawn(program, argumentsOf(source), {
        stdio: ["ignore", "pipe", "pipe"],
        env: environment(),
        signal,
        killSignal: "SIGKILL"
      })
      Urgency.lower(child.pid)
      let said = ""
      child.stderr.on("data", (piece: Buffer) => {
        if (said.length < 2000) said += piece.toString()
      })
      const ended = new Promise<number>((resolve, reject) => {
        child.on("error", reject)
        child.on("close", (code) => resolve(code ?? 1))
      })
      const measured = new Transform({
        transform(piece: Buffer, _, done) {
          meter.push(piece)
          length += piece.length
          done(null, piece)
        }
      })
      await Promise.all([
        pipeline(child.stdout, measured, fs.createWriteStream(target, { mode: 0o600 }), { signal }),
        ended
      ])
      // A recording that was cut off is worth what is there of it.
      if (await ended !== 0 && length === 0) throw new Error(said.trim().split("\n").at(-1) ?? "")
      return { seconds: secondsOf(length), levels: meter.end() }
    },
    catch: (cause) =>
      new Undecodable({
        message: isDiskFull(cause)
          ? "There is no room on the disk for the sound of this file"
          : "The sound of this file cannot be read: it is damaged, or of a kind that ffmpeg does not know"
      })
  })
})
