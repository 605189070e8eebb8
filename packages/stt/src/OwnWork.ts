/** The workers that are built in: they take the same jobs as those of others, and do them with the models configured. */
import { Context, Effect, Layer } from "effect"
import * as ChatWorkers from "./chat/ChatWorkers.ts"
import * as DispatchedChat from "./chat/DispatchedChat.ts"
import { OwnJobs } from "./inference/OwnJobs.ts"
import { Settings } from "./Settings.ts"
import * as DispatchedSpeech from "./speech/DispatchedSpeech.ts"
import type { SpeechError } from "./speech/SpeechEngine.ts"
import * as TranscriptionWorker from "./transcription/TranscriptionWorker.ts"
import { OwnTasks } from "./worker/OwnTasks.ts"

/** The Whisper that is built in, as a model behind the dispatcher; undefined where none is needed. */
export const BuiltIn = Context.Reference<
  { readonly model: string; readonly ready: Effect.Effect<void, SpeechError> } | undefined
>("@aiguilleur/stt/BuiltIn", { defaultValue: () => undefined })

/** By the model that is configured, else by the one that is built in. */
const speech = Layer.unwrap(Effect.gen(function*() {
  const { speechModel } = yield* Settings
  const builtIn = yield* BuiltIn
  if (speechModel !== undefined) return DispatchedSpeech.layer(speechModel)
  // One at a time, so that others who ask it meanwhile come between.
  return builtIn === undefined
    ? DispatchedSpeech.layer("whisper")
    : DispatchedSpeech.layer(builtIn.model, builtIn.ready, 1)
}))

const transcribing = Layer.unwrap(
  Effect.map(
    Settings,
    ({ workers }) => workers.transcription ? TranscriptionWorker.layer.pipe(Layer.provide(speech)) : Layer.empty
  )
)

/** Without a chat model, what needs one waits for the workers of others. */
const chatting = Layer.unwrap(
  Effect.map(
    Settings,
    ({ chatModel }) =>
      chatModel === undefined ? Layer.empty : ChatWorkers.layer.pipe(Layer.provide(DispatchedChat.layer(chatModel)))
  )
)

/** Needs the service's own parts, the dispatcher and the drivers. */
export const layer = Layer.mergeAll(transcribing, chatting).pipe(
  Layer.provide(Layer.mergeAll(OwnJobs.layer, OwnTasks.layer))
)
