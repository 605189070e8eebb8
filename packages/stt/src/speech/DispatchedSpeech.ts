/** Speech to text by any OpenAI-compatible server that the dispatcher knows: the way of production. */
import { Effect, Layer } from "effect"
import * as Wave from "../audio/Wave.ts"
import { OwnJobs } from "../inference/OwnJobs.ts"
import * as Hearing from "./Hearing.ts"
import { type Piece, SpeechEngine, SpeechError } from "./SpeechEngine.ts"

const paths = { transcribe: "/v1/audio/transcriptions", translate: "/v1/audio/translations" } as const

const bodyOf = ({ language, samples, task }: Piece) => ({
  file: new File([Wave.file(samples)], "piece.wav", { type: "audio/wav" }),
  response_format: "verbose_json",
  temperature: "0",
  // Servers that keep one of them keep the last.
  "timestamp_granularities[]": ["segment", "word"],
  ...(language === null || task === "translate" ? {} : { language })
})

/** `prepared`: what has to be there besides, of a server that is built in. */
export const layer = (model: string, prepared: Effect.Effect<void, SpeechError> = Effect.void, atOnce = 8) =>
  Layer.effect(
    SpeechEngine,
    Effect.gen(function*() {
      const jobs = yield* OwnJobs
      return SpeechEngine.of({
        name: model,
        atOnce,
        ready: Effect.gen(function*() {
          if (yield* jobs.has(model)) return yield* prepared
          return yield* new SpeechError({ message: `The speech model ${model} is not configured`, isPassing: false })
        }),
        hear: Effect.fn("DispatchedSpeech.hear")(function*(piece) {
          const answer = yield* jobs.run({
            model,
            path: paths[piece.task],
            body: bodyOf(piece),
            work: { seconds: piece.seconds },
            usageOf: () => ({ seconds: piece.seconds, reported: true })
          }).pipe(
            Effect.mapError(({ isPassing, message }) => new SpeechError({ message, isPassing }))
          )
          const heard = Hearing.read(answer, piece.seconds)
          if (heard !== undefined) return heard
          const message = `The speech model ${model} answers in a form that is not a transcription`
          return yield* new SpeechError({ message, isPassing: false })
        })
      })
    })
  )
