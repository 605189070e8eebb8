/** What ffprobe says about a medium: how long it is, and whether there is anything to hear. */
import { Effect, Option, Schema, Semaphore } from "effect"
import { execFileSync, spawn } from "node:child_process"
import { chmodSync, existsSync } from "node:fs"
import { createRequire } from "node:module"
import * as path from "node:path"
import { environment } from "../audio/ProgramEnvironment.ts"

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
const patience = 30_000
const longestAnswer = 1024 * 1024

/** A header of a megabyte may unpack into gigabytes: in KiB of address space. Systems without such a limit do without. */
const bounded = `ulimit -v 1048576 2>/dev/null; exec "$0" "$@"`

const start = (ffprobe: string, args: ReadonlyArray<string>) => {
  // Whatever the file says, nothing but the file is read.
  const all = ["-v", "error", "-protocol_whitelist", "file", ...args]
  const options = {
    stdio: ["ignore", "pipe", "ignore"] as ["ignore", "pipe", "ignore"],
    env: environment(),
    timeout: patience
  }
  return process.platform === "win32"
    ? spawn(ffprobe, all, options)
    : spawn("/bin/sh", ["-c", bounded, ffprobe, ...all], { ...options, killSignal: "SIGKILL" })
}

/** The end of what it says, which is all of it unless it is very long. */
const run = (...args: ReadonlyArray<string>): Effect.Effect<string, Unplayable> =>
  Effect.callback((resume) => {
    const ffprobe = program()
    if (ffprobe === undefined) {
      resume(Effect.die(new Error("There is no ffprobe: install ffmpeg, or name it with FFPROBE_PATH")))
      return
    }
    const child = start(ffprobe, args)
    let said = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => said = (said + text).slice(-longestAnswer))
    child.on("error", () => resume(Effect.fail(new Unplayable())))
    child.on("close", (code) => resume(code === 0 ? Effect.succeed(said) : Effect.fail(new Unplayable())))
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

/** Recordings of a browser do not say how long they are; their last packets do. */
const lastPacket = (file: string) =>
  Effect.map(
    run("-select_streams", "a:0", "-show_entries", "packet=pts_time", "-of", "csv=p=0", file),
    (text) => Math.max(0, ...text.split("\n").slice(-1000).map(Number.parseFloat).filter(Number.isFinite))
  )

const places = Semaphore.makeUnsafe(4)

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
  const seconds = yield* lastPacket(file)
  return { seconds: seconds > 0 ? seconds : null, hasAudio }
}, places.withPermits(1))
