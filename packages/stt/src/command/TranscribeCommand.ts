/** `stt transcribe FILE`: the whole chain on one file, without a service and without a database. */
import { Console, Effect, Layer, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as fs from "node:fs/promises"
import * as os from "node:os"
import * as path from "node:path"
import * as Decoding from "../audio/Decoding.ts"
import * as DispatchedChat from "../chat/DispatchedChat.ts"
import * as Translating from "../chat/Translating.ts"
import * as AudioAnswer from "../embedded/AudioAnswer.ts"
import * as Catalogue from "../embedded/Catalogue.ts"
import * as EmbeddedSpeech from "../embedded/EmbeddedSpeech.ts"
import * as RemoteJobs from "../inference/RemoteJobs.ts"
import { defaults, Settings } from "../Settings.ts"
import * as DispatchedSpeech from "../speech/DispatchedSpeech.ts"
import type { SpeechEngine } from "../speech/SpeechEngine.ts"
import { nothingKept, silent, transcribe as heard, type Transcribed } from "../transcription/Transcribing.ts"
import { CommandFailed, fail } from "./Desk.ts"
import * as ProgressLine from "./ProgressLine.ts"

const optional = (name: string, about: string) => Flag.String(name).pipe(Flag.withDescription(about), Flag.optional)

const flags = {
  file: Argument.Path("file", { pathType: "file", mustExist: true }).pipe(Argument.withDescription("Sound or video")),
  language: optional("language", "What is spoken, such as fr; else it is detected"),
  format: Flag.Literals("format", AudioAnswer.formats).pipe(
    Flag.withDescription("What is printed"),
    Flag.withDefault("vtt" as const)
  ),
  translate: optional("translate", "Into this language; en needs no chat model"),
  output: optional("output", "A file to write to, instead of standard output"),
  model: optional("model", `The built-in Whisper's: ${Catalogue.names.join(", ")}, or the path of one`),
  threads: Flag.Int("threads").pipe(Flag.withDescription("Of the built-in Whisper"), Flag.optional),
  url: optional(
    "url",
    "An OpenAI-compatible address for --speech and --chat, such as a gateway's; else OPENAI_BASE_URL"
  ),
  key: optional("key", "Its key; else OPENAI_API_KEY"),
  speech: optional("speech", "A model at that address that hears, instead of the built-in Whisper"),
  chat: optional("chat", "A model at that address that translates")
}

const message = <E extends { readonly message: string }>(error: E) => new CommandFailed({ message: error.message })

const settingsOf = (model: Option.Option<string>, threads: Option.Option<number>) =>
  Layer.effect(
    Settings,
    Effect.map(Settings, (settings) => ({
      ...settings,
      whisper: {
        model: Option.getOrElse(model, () => process.env.AIGUILLEUR_WHISPER_MODEL ?? defaults.whisper.model),
        threads: Option.getOrElse(threads, () => Math.max(1, os.availableParallelism() - 1))
      }
    }))
  ).pipe(Layer.provide(Settings.layerConfig()))

/** In a folder that goes with the command. */
const folder = Effect.acquireRelease(
  Effect.promise(() => fs.mkdtemp(path.join(os.tmpdir(), "aiguilleur-"))),
  (folder) => Effect.promise(() => fs.rm(folder, { recursive: true, force: true }))
)

const translated = Effect.fnUntraced(function*(transcribed: Transcribed, to: string, line: ProgressLine.ProgressLine) {
  const direction = { from: transcribed.language ?? "en", to }
  const sentences = yield* Translating.sentences(
    transcribed.sentences,
    direction,
    (_, work) => work,
    (share) => Effect.sync(() => line.show("translating", share))
  )
  return { language: to, text: "", sentences }
})

export const transcribe = Command.make(
  "transcribe",
  flags,
  Effect.fnUntraced(
    function*({ chat, file, format, key, language, model, output, speech, threads, translate, url }) {
      const line = ProgressLine.make()
      const address = {
        url: Option.getOrElse(url, () => process.env.OPENAI_BASE_URL ?? ""),
        key: Option.getOrElse(key, () => process.env.OPENAI_API_KEY)
      }
      if (address.url === "" && Option.isSome(Option.orElse(speech, () => chat))) {
        return yield* fail("--speech and --chat need an address: --url, or OPENAI_BASE_URL")
      }
      const to = Option.getOrUndefined(translate)
      // Whisper itself translates, into English and nothing else.
      const itself = to === "en" && Option.isNone(chat)
      if (to !== undefined && !itself && Option.isNone(chat)) {
        return yield* fail(`A translation into '${to}' needs a chat model: --url URL --chat MODEL`)
      }
      const settings = settingsOf(model, threads)
      const jobs = RemoteJobs.layer(address)
      const engine: Layer.Layer<SpeechEngine, unknown> = Option.isSome(speech)
        ? DispatchedSpeech.layer(speech.value).pipe(Layer.provide(jobs))
        : EmbeddedSpeech.layer({
          onProgress: (received, total) => line.show("fetching the speech model", received / total)
        }).pipe(Layer.provide(settings))
      const sound = path.join(yield* folder, "sound.pcm")
      line.show("reading the file", 0)
      const { levels, seconds } = yield* Effect.mapError(Decoding.decode(file, sound), message)
      const found = yield* heard({
        recording: { file: sound, levels },
        language: Option.getOrNull(language),
        task: itself ? "translate" : "transcribe",
        owner: "",
        keeping: nothingKept,
        onProgress: (share) => Effect.sync(() => line.show("transcribing", share))
      }).pipe(
        Effect.provide(engine),
        Effect.mapError((error) => message(error as { readonly message: string }))
      )
      if (found.sentences.length === 0) return yield* fail(silent.message)
      const result = to === undefined || itself ? found : yield* translated(found, to, line).pipe(
        Effect.provide(
          DispatchedChat.layer(Option.getOrThrow(chat)).pipe(Layer.provide(jobs), Layer.provide(settings))
        ),
        Effect.mapError((error) => message(error as { readonly message: string }))
      )
      line.clear()
      const { body } = AudioAnswer.answer(format, result, itself ? "translate" : "transcribe", seconds)
      if (Option.isNone(output)) return yield* Console.log(body.trimEnd())
      yield* Effect.tryPromise({
        try: () => fs.writeFile(output.value, body.endsWith("\n") ? body : `${body}\n`),
        catch: () => new CommandFailed({ message: `The file ${output.value} cannot be written.` })
      })
    },
    Effect.scoped,
    Effect.tapError(({ message }) =>
      Effect.andThen(Effect.sync(() => ProgressLine.make().clear()), Console.error(message))
    )
  )
).pipe(
  Command.withDescription("Transcribe a file here and now, without a service"),
  Command.withExamples([
    {
      command: "aiguilleur stt transcribe lecture.mp4 --format vtt",
      description: "Subtitles, by the built-in Whisper"
    },
    { command: "aiguilleur stt transcribe cours.mp3 --language fr --translate en", description: "In English" }
  ])
)
