/** Transcribes what waits for it: from the medium's store to the first version of its enrichment. */
import { Effect, Layer, Option, Schema } from "effect"
import * as fs from "node:fs"
import { pipeline } from "node:stream/promises"
import * as Decoding from "../audio/Decoding.ts"
import type { Enrichment } from "../enrichment/Enrichment.ts"
import { Enrichments } from "../enrichment/Enrichments.ts"
import { steps } from "../enrichment/Step.ts"
import { Versions } from "../enrichment/Versions.ts"
import type { Apply } from "../job/Completion.ts"
import { MediaStore } from "../media/MediaStore.ts"
import { Spool } from "../media/Spool.ts"
import { type Heard, SpeechEngine, type SpeechError } from "../speech/SpeechEngine.ts"
import { OwnTasks } from "../worker/OwnTasks.ts"
import { WorkError } from "../worker/OwnWorker.ts"
import * as Working from "../worker/Working.ts"
import * as Transcribing from "./Transcribing.ts"

const step = steps.transcription

const Kept = Schema.Struct({
  language: Schema.NullOr(Schema.String),
  segments: Schema.Array(Schema.Struct({
    start: Schema.Finite,
    end: Schema.Finite,
    text: Schema.String,
    words: Schema.optionalKey(
      Schema.Array(Schema.Struct({ start: Schema.Finite, end: Schema.Finite, text: Schema.String }))
    )
  }))
})

const decodeKept = Schema.decodeUnknownOption(Kept)

const ofSpeech = ({ isPassing, message }: SpeechError) => new WorkError({ message, isPassing })

const gone = new WorkError({ message: "The medium is not there any more", isPassing: false })

export const layer = Layer.effectDiscard(Effect.gen(function*() {
  const engine = yield* SpeechEngine
  const tasks = yield* OwnTasks
  const media = yield* MediaStore
  const versions = yield* Versions
  const enrichments = yield* Enrichments
  // What a process that was killed left there is swept with what else was forgotten.
  const spool = yield* Spool

  /** In a file, because ffmpeg has to go back and forth in it. */
  const fetched = Effect.fnUntraced(function*(
    { mediaKey }: Enrichment,
    file: string
  ): Effect.fn.Return<void, WorkError> {
    if (mediaKey === null) return yield* gone
    const passing = () => new WorkError({ message: "The medium cannot be read from its store", isPassing: true })
    const opened = yield* Effect.mapError(media.open(mediaKey), passing)
    if (opened === undefined) return yield* gone
    yield* Effect.tryPromise({
      try: (signal) => pipeline(opened.stream, fs.createWriteStream(file, { mode: 0o600 }), { signal }),
      catch: passing
    })
  })

  const keepingOf = (enrichment: Enrichment): Transcribing.Keeping => ({
    find: (key) =>
      Effect.map(
        tasks.find(enrichment.id, step, key),
        Option.flatMap((found): Option.Option<Heard> => decodeKept(found))
      ),
    keep: (key, heard) => tasks.keep(enrichment.id, step, key, heard)
  })

  const applied = (result: Transcribing.Transcribed): Apply => (enrichment) =>
    Effect.gen(function*() {
      const version = yield* versions.insert(enrichment.id, {
        initial: true,
        aiGenerated: true,
        transcript: {
          originalFilename: enrichment.mediaName,
          ...result,
          translatedText: null,
          translatedSentences: null
        }
      })
      yield* enrichments.update(enrichment.id, {
        workVersionId: version,
        aiGenerationCount: 1,
        mediaTextLength: Buffer.byteLength(result.text)
      })
      return version
    })

  const run = Effect.fn("TranscriptionWorker.run")(function*({ enrichment, progress }: Working.Task) {
    const medium = spool.fileUnsafe()
    const sound = spool.fileUnsafe()
    const clear = Effect.andThen(spool.discard(medium), spool.discard(sound))
    return yield* Effect.gen(function*() {
      yield* Effect.mapError(engine.ready, ofSpeech)
      yield* fetched(enrichment, medium.path)
      const { levels } = yield* Decoding.decode(medium.path, sound.path).pipe(
        Effect.mapError(({ message }) => new WorkError({ message, isPassing: false }))
      )
      const result = yield* Transcribing.transcribe({
        recording: { file: sound.path, levels },
        language: enrichment.language,
        owner: enrichment.clientId,
        keeping: keepingOf(enrichment),
        onProgress: progress
      }).pipe(Effect.mapError(ofSpeech), Effect.provideService(SpeechEngine, engine))
      if (result.sentences.length === 0) return yield* ofSpeech(Transcribing.silent)
      return { apply: applied(result) }
    }).pipe(Effect.ensuring(clear))
  })

  // A model that is on its way, or out of reach for the moment: whoever can do without takes the job meanwhile.
  let told = ""
  const ready = engine.ready.pipe(
    Effect.as(true),
    Effect.catchTag("SpeechError", ({ isPassing, message }) =>
      Effect.gen(function*() {
        if (!isPassing) return true
        if (told !== message) yield* Effect.logWarning(`${message}: transcriptions wait for it, or for another worker`)
        told = message
        return false
      }))
  )

  yield* Effect.forkScoped(Working.forever({
    step,
    ready,
    run,
    ...(engine.atOnce === 1 ? { atOnce: 1 } : {})
  }))
}))
