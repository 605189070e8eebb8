/** What ffprobe says about a medium: how long it is, and whether there is anything to hear. */
import { Effect, Option, Schema } from "effect"
import { execFile, execFileSync } from "node:child_process"
import { chmodSync, existsSync } from "node:fs"
import { createRequire } from "node:module"
import * as path from "node:path"

export interface Probed {
  readonly seconds: number | null
  readonly hasAudio: boolean
}

/** It cannot be read as a medium. */
export class Unplayable extends Schema.TaggedError<Unplayable>()("Unplayable", {}) {}

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
    const found = (createRequire(import.meta.url)("@ffprobe-installer/ffprobe") as { readonly path: string }).path
    // Installed without its right to be executed where install scripts do not run.
    chmodSync(found, 0o755)
    return found
  } catch {
    return undefined
  }
}

/** `FFPROBE_PATH`, beside `FFMPEG_PATH`, the system's, the one that we bring along. */
const find = (): string | undefined => {
  const { FFMPEG_PATH: ffmpeg, FFPROBE_PATH: ffprobe } = process.env
  const beside = ffmpeg === undefined ? undefined : path.join(path.dirname(ffmpeg), "ffprobe")
  if (ffprobe !== undefined && existsSync(ffprobe)) return ffprobe
  if (beside !== undefined && existsSync(beside)) return beside
  return answers("ffprobe") ? "ffprobe" : bundled()
}

let found: Option.Option<string> | undefined
const program = (): string | undefined => Option.getOrUndefined(found ??= Option.fromUndefinedOr(find()))

/** A container that keeps ffprobe busy is not worth the wait, nor one that makes it talkative. */
const limits = { timeout: 30_000, maxBuffer: 4 * 1024 * 1024, killSignal: "SIGKILL" as const }

const run = (...args: ReadonlyArray<string>): Effect.Effect<string, Unplayable> =>
  Effect.callback((resume) => {
    const ffprobe = program()
    if (ffprobe === undefined) {
      resume(Effect.die(new Error("There is no ffprobe: install ffmpeg, or name it with FFPROBE_PATH")))
      return
    }
    // Whatever the file says, nothing but the file is read.
    const child = execFile(
      ffprobe,
      ["-v", "error", "-protocol_whitelist", "file", ...args],
      limits,
      (error, stdout) => resume(error === null ? Effect.succeed(stdout) : Effect.fail(new Unplayable()))
    )
    return Effect.sync(() => child.kill("SIGKILL"))
  })

const Answer = Schema.fromJsonString(Schema.Struct({
  format: Schema.optionalKey(Schema.Struct({ duration: Schema.optionalKey(Schema.String) })),
  streams: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({
        codec_type: Schema.optionalKey(Schema.String),
        duration: Schema.optionalKey(Schema.String)
      })
    )
  )
}))

const decode = Schema.decodeUnknownOption(Answer)

/** Recordings of a browser do not say how long they are; their last packet does. */
const lastPacket = (file: string) =>
  Effect.map(
    run("-select_streams", "a:0", "-show_entries", "packet=pts_time", "-of", "csv=p=0", file),
    (text) => Math.max(0, ...text.split("\n").map(Number.parseFloat).filter(Number.isFinite))
  )

export const probe = Effect.fn("Probe.probe")(function*(file: string): Effect.fn.Return<Probed, Unplayable> {
  const text = yield* run("-show_entries", "format=duration:stream=codec_type,duration", "-of", "json", file)
  const answer = Option.getOrUndefined(decode(text))
  if (answer === undefined) return yield* new Unplayable()
  const streams = answer.streams ?? []
  const hasAudio = streams.some((stream) => stream.codec_type === "audio")
  const told = [answer.format?.duration, ...streams.map((stream) => stream.duration)]
    .map((duration) => Number.parseFloat(duration ?? ""))
    .filter((seconds) => Number.isFinite(seconds) && seconds > 0)
  if (told.length > 0) return { seconds: Math.max(...told), hasAudio }
  if (!hasAudio) return { seconds: null, hasAudio }
  const seconds = yield* Effect.orElseSucceed(lastPacket(file), () => 0)
  return { seconds: seconds > 0 ? seconds : null, hasAudio }
})
