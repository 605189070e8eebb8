/**
 * The built-in Whisper as a server on this machine's loopback: it stands in the fleet like any other, so that requests
 * for it and the service's own work wait in one queue, by one order.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Context, Effect, Layer, Scope } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { randomBytes } from "node:crypto"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as Body from "../api/Body.ts"
import * as Decoding from "../audio/Decoding.ts"
import * as Language from "../enrichment/Language.ts"
import { Spool } from "../media/Spool.ts"
import { Settings } from "../Settings.ts"
import { SpeechEngine, type SpeechError } from "../speech/SpeechEngine.ts"
import * as Transcribing from "../transcription/Transcribing.ts"
import * as AudioAnswer from "./AudioAnswer.ts"
import * as EmbeddedSpeech from "./EmbeddedSpeech.ts"
import * as Languages from "./Languages.ts"

export interface LocalServer {
  readonly url: string
  readonly token: string
  /** Whether its model is there; fetches it if it has to. */
  readonly ready: Effect.Effect<void, SpeechError>
}

const refuse = (status: number, message: string, param: string | null = null) =>
  HttpServerResponse.text(
    JSON.stringify({
      error: { message, type: status < 500 ? "invalid_request_error" : "server_error", param, code: null }
    }),
    { status, contentType: "application/json", headers: status === 503 ? { "retry-after": "30" } : {} }
  )

const text = (value: unknown): string | undefined => typeof value === "string" && value !== "" ? value : undefined

/** A fault of ours that no second server would mend is told as what it is: 501 passes through to whoever asked. */
const failed = ({ isPassing, message }: SpeechError) => refuse(isPassing ? 503 : 501, message)

const heard = Effect.fnUntraced(function*(task: "transcribe" | "translate", form: Body.Body) {
  const file = form.files.get("file")
  if (file === undefined) return refuse(400, "The form has no file. Send the audio in a part named `file`.", "file")
  const format = text(form.values.response_format) ?? "json"
  if (!AudioAnswer.isFormat(format)) {
    return refuse(400, `response_format must be one of ${AudioAnswer.formats.join(", ")}.`, "response_format")
  }
  const language = Language.normalise(text(form.values.language) ?? null)
  if (language !== null && !Languages.isKnown(language)) {
    return refuse(
      400,
      `The language '${language.slice(0, 100)}' is not one that Whisper knows. Send a code such as fr.`,
      "language"
    )
  }
  const sound = (yield* Spool).fileUnsafe()
  yield* Effect.addFinalizer(() => Effect.flatMap(Spool, (spool) => spool.discard(sound)))
  const decoded = yield* Effect.result(Decoding.decode(file.path, sound.path))
  if (decoded._tag === "Failure") return refuse(400, decoded.failure.message, "file")
  const { levels, seconds } = decoded.success
  const result = yield* Transcribing.transcribe({ recording: { file: sound.path, levels }, language, task, owner: "" })
    .pipe(
      Effect.map((transcribed) => AudioAnswer.answer(format, transcribed, task, seconds)),
      Effect.map(({ body, type }) => HttpServerResponse.text(body, { contentType: type })),
      Effect.catchTag("SpeechError", (error) => Effect.succeed(failed(error)))
    )
  return result
})

const handler = (task: "transcribe" | "translate", token: string) =>
  Effect.gen(function*() {
    const { headers } = yield* HttpServerRequest.HttpServerRequest
    if (headers.authorization !== `Bearer ${token}`) return refuse(401, "This server is the gateway's own.")
    const { maxUpload } = yield* Settings
    const form = yield* Body.read({ maxFile: maxUpload })
    return yield* heard(task, form)
  }).pipe(
    Effect.catchTag("Refusal", ({ errors }) =>
      Effect.succeed(refuse(400, errors[0]?.message ?? "The form cannot be read."))),
    Effect.catchDefect((defect) =>
      Effect.as(Effect.logError("The built-in Whisper failed", defect), refuse(500, "The built-in Whisper failed."))
    )
  )

const routes = (token: string) =>
  HttpRouter.use(Effect.fnUntraced(function*(router) {
    const context = yield* Effect.context<SpeechEngine | Settings | Spool>()
    const add = (path: `/${string}`, task: "transcribe" | "translate") =>
      router.add(
        "POST",
        path,
        Effect.provide(handler(task, token), Context.pick(SpeechEngine, Settings, Spool)(context))
      )
    yield* router.add("GET", "/health", HttpServerResponse.text("OK"))
    yield* add("/v1/audio/transcriptions", "transcribe")
    yield* add("/v1/audio/translations", "translate")
  }))

/** On a free port of loopback, until the scope ends. */
export const start = Effect.gen(function*() {
  const token = randomBytes(24).toString("base64url")
  const server = createServer({ requestTimeout: 0 })
  const scope = yield* Scope.Scope
  const context = yield* Layer.buildWithScope(
    HttpRouter.serve(routes(token), { disableLogger: true, disableListenLog: true }).pipe(
      Layer.provide(
        NodeHttpServer.layerServer(() => server, { port: 0, host: "127.0.0.1", gracefulShutdownTimeout: 1 })
      ),
      Layer.provideMerge(EmbeddedSpeech.layer()),
      Layer.provideMerge(Spool.layer)
    ),
    scope
  )
  const { port } = server.address() as AddressInfo
  const { ready } = Context.get(context, SpeechEngine)
  return { url: `http://127.0.0.1:${port}`, token, ready } satisfies LocalServer
})
