/** Decides whether a file that arrived is accepted, and what it is: a medium to transcribe or subtitles to read. */
import { Context, Effect, Layer, Schema } from "effect"
import * as fs from "node:fs/promises"
import type { Client } from "../client/Client.ts"
import { Enrichments } from "../enrichment/Enrichments.ts"
import type { Sentence } from "../enrichment/Version.ts"
import { Parameters } from "../parameter/Parameters.ts"
import * as Encoding from "../subtitle/Encoding.ts"
import * as Parsing from "../subtitle/Parsing.ts"
import { type MediaType, mediaTypeOf } from "./MediaType.ts"
import { probe } from "./Probe.ts"

/** It will not be accepted however often it is sent; the message is the contract's where it has one. */
export class Unacceptable extends Schema.TaggedError<Unacceptable>()("Unacceptable", { message: Schema.String }) {}

export interface Accepted {
  readonly type: MediaType
  readonly size: number
  readonly seconds: number | null
  readonly subtitles: ReadonlyArray<Sentence> | null
  readonly textLength: number | null
}

/** Subtitles of a day are a tenth of it. */
const maxText = 16 * 1024 * 1024

const unsupported = new Unacceptable({
  message: "File type not supported. Supported types are videos, audio files and subtitles"
})

export class Intake extends Context.Service<Intake, {
  readonly inspect: (path: string, client: Client) => Effect.Effect<Accepted, Unacceptable>
}>()("@aiguilleur/stt/Intake") {
  static readonly layer = Layer.effect(
    Intake,
    Effect.gen(function*() {
      const parameters = yield* Parameters
      const enrichments = yield* Enrichments

      const subtitles = Effect.fnUntraced(function*(
        path: string,
        type: MediaType,
        size: number
      ): Effect.fn.Return<Accepted, Unacceptable> {
        if (size > maxText) return yield* new Unacceptable({ message: "The subtitles file is too large" })
        const bytes = yield* Effect.promise(() => fs.readFile(path))
        const sentences = Encoding.isText(bytes) ? Parsing.parse(Encoding.decode(bytes)) : undefined
        if (sentences === undefined) return yield* new Unacceptable({ message: "Couldn't parse subtitles file" })
        const textLength = Buffer.byteLength(Parsing.textOf(sentences))
        const { MAX_TEXT_LENGTH: max } = yield* parameters.all
        if (max > 0 && textLength > max) {
          return yield* new Unacceptable({
            message: `Text length (${textLength}) exceeds maximum accepted lenght (${max})`
          })
        }
        return { type, size, seconds: null, subtitles: sentences, textLength }
      })

      const checkQuota = Effect.fnUntraced(function*(client: Client, seconds: number) {
        if (client.monthlyMinutes === null) return
        const used = yield* enrichments.secondsThisMonth(client.id)
        if (used + seconds > client.monthlyMinutes * 60) {
          const message = `The quota of ${client.monthlyMinutes} minutes of media a month is used up`
          return yield* new Unacceptable({ message })
        }
      })

      const inspect = Effect.fn("Intake.inspect")(function*(
        path: string,
        client: Client
      ): Effect.fn.Return<Accepted, Unacceptable> {
        const { size } = yield* Effect.promise(() => fs.stat(path))
        const type = size === 0 ? undefined : yield* mediaTypeOf(path)
        if (type === undefined) return yield* unsupported
        if (type.kind === "subtitles") return yield* subtitles(path, type, size)
        const probed = yield* Effect.mapError(
          probe(path),
          () => new Unacceptable({ message: "The media file cannot be read: it is damaged or incomplete" })
        )
        if (!probed.hasAudio) {
          return yield* new Unacceptable({ message: "No audio track has been found in the media file" })
        }
        const { seconds } = probed
        const { MAX_MEDIA_DURATION_IN_SECONDS: max } = yield* parameters.all
        if (max > 0 && seconds !== null && seconds > max) {
          const noun = type.kind === "video" ? "Video" : "Audio"
          const message = `${noun} duration (${
            Math.ceil(seconds)
          } s) exceeds maximum accepted media duration (${max} s)`
          return yield* new Unacceptable({ message })
        }
        yield* checkQuota(client, seconds ?? 0)
        return { type, size, seconds, subtitles: null, textLength: null }
      })

      return Intake.of({ inspect })
    })
  )
}
