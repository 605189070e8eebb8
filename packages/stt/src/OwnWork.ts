/** The workers that are built in: they take the same jobs as those of others, and do them with the models configured. */
import type { Dispatcher } from "@aiguilleur/core/Dispatcher"
import { Effect, Layer } from "effect"
import * as ChatWorkers from "./chat/ChatWorkers.ts"
import * as DispatchedChat from "./chat/DispatchedChat.ts"
import * as EmbeddedSpeech from "./embedded/EmbeddedSpeech.ts"
import { OwnJobs } from "./inference/OwnJobs.ts"
import { Settings } from "./Settings.ts"
import * as DispatchedSpeech from "./speech/DispatchedSpeech.ts"
import type { SpeechEngine } from "./speech/SpeechEngine.ts"
import * as TranscriptionWorker from "./transcription/TranscriptionWorker.ts"
import { OwnTasks } from "./worker/OwnTasks.ts"

/** By a server where one is configured, else built in. */
const speech = Layer.unwrap(
  Effect.map(
    Settings,
    ({ speechModel }): Layer.Layer<SpeechEngine, never, Settings | Dispatcher | OwnJobs> =>
      speechModel === undefined ? EmbeddedSpeech.layer() : DispatchedSpeech.layer(speechModel)
  )
)

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
