/** Speech to text by the Whisper that is built in: for whoever has no server for it. */
import { Effect, Layer, Semaphore } from "effect"
import * as path from "node:path"
import { Settings } from "../Settings.ts"
import * as Hearing from "../speech/Hearing.ts"
import { type Heard, type Piece, SpeechEngine, SpeechError } from "../speech/SpeechEngine.ts"
import * as Utterances from "../speech/Utterances.ts"
import * as Languages from "./Languages.ts"
import * as ModelFile from "./ModelFile.ts"
import { type Crashed, type Unable, WhisperProcess } from "./WhisperProcess.ts"

/** Without work for so long its memory is given back. */
const idle = 5 * 60_000

/** What loading the largest model from a slow disk takes. */
const loading = 5 * 60_000

/** Whisper's slowest on the slowest machine, for each second of what it hears. */
const slowest = 60

const samplesOf = ({ samples }: Piece) => new Int16Array(samples.slice(0, samples.length - samples.length % 2).buffer)

const foreign = (language: string) =>
  new SpeechError({ message: `The built-in Whisper does not know the language '${language}'`, isPassing: false })

export interface Options {
  readonly onProgress?: ModelFile.Options["onProgress"]
  /** One of the two builds, for whoever compares them. */
  readonly addon?: string
}

export const layer = ({ addon, onProgress }: Options = {}) =>
  Layer.effect(
    SpeechEngine,
    Effect.gen(function*() {
      const { folder, whisper } = yield* Settings
      const turn = yield* Semaphore.make(1)
      const source = process.env.AIGUILLEUR_WHISPER_URL
      let running: WhisperProcess | undefined
      let resting: NodeJS.Timeout | undefined

      const stopUnsafe = () => {
        clearTimeout(resting)
        running?.end()
        running = undefined
      }
      const stop = Effect.sync(stopUnsafe)
      yield* Effect.addFinalizer(() => stop)

      const rest = Effect.sync(() => {
        clearTimeout(resting)
        resting = setTimeout(stopUnsafe, idle)
        resting.unref()
      })

      const file = ModelFile.obtain({
        model: whisper.model,
        folder: path.join(folder, "models"),
        source,
        ...(onProgress === undefined ? {} : { onProgress })
      }).pipe(
        Effect.mapError(({ isPassing, message }) => new SpeechError({ message, isPassing }))
      )

      const opened = Effect.gen(function*() {
        clearTimeout(resting)
        if (running !== undefined && !running.isOver) return running
        const model = yield* file
        const started = new WhisperProcess()
        running = started
        yield* started.ask({ _tag: "Load", model, addon }, loading)
        return started
      })

      const once = Effect.fnUntraced(function*(piece: Piece): Effect.fn.Return<Heard, Crashed | Unable | SpeechError> {
        const answer = yield* (yield* opened).ask({
          _tag: "Hear",
          request: {
            samples: samplesOf(piece),
            language: piece.language,
            translate: piece.task === "translate",
            threads: whisper.threads
          }
        }, 60_000 + piece.seconds * slowest * 1000)
        if (answer._tag !== "Heard") return Hearing.clean(null, [], piece.seconds)
        const { language, words } = answer.result
        return Hearing.clean(language, Utterances.segments(words), piece.seconds)
      })

      const failed = (error: Crashed | Unable | SpeechError) =>
        error._tag === "SpeechError" ? error : new SpeechError({
          message: `The built-in Whisper could not hear this piece: ${error.message}`,
          isPassing: false
        })

      return SpeechEngine.of({
        name: `whisper.cpp ${path.basename(whisper.model)}`,
        atOnce: 1,
        ready: Effect.asVoid(file),
        hear: (piece) =>
          piece.language !== null && !Languages.isKnown(piece.language) ?
            Effect.fail(foreign(piece.language)) :
            turn.withPermits(1)(
              once(piece).pipe(
                // Once more in a new process: the old one may have suffered from something else.
                Effect.catchTag("Crashed", () => once(piece)),
                Effect.mapError(failed),
                Effect.tapError(() => stop),
                Effect.ensuring(rest)
              )
            )
      })
    })
  )
