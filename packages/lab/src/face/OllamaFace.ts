/** Ollama's API, its own and OpenAI's: what is loaded it tells, and of its load nothing. */
import { stepTime } from "../engine/Profile.ts"
import * as Completion from "./Completion.ts"
import type { Face, Ground, Task } from "./Face.ts"
import * as Messages from "./Messages.ts"
import * as OllamaModel from "./OllamaModel.ts"
import * as OllamaTask from "./OllamaTask.ts"
import type { Question } from "./Question.ts"
import * as Refusal from "./Refusal.ts"
import * as Reply from "./Reply.ts"
import * as Responses from "./Responses.ts"

/** Only what must be loaded first is ever refused for want of room: a loaded model lets requests wait without a bound. */
const busy = Refusal.unavailable("server busy, please try again.  maximum pending requests exceeded")

const messageOf = (refusal: Refusal.Refusal): string =>
  refusal.model === undefined
    ? refusal.message
    : `model ${JSON.stringify(refusal.model)} not found, try pulling it first`

const types: Record<number, string> = { 400: "invalid_request_error", 404: "not_found_error" }

const openAi = (refusal: Refusal.Refusal): string =>
  JSON.stringify({
    error: { message: messageOf(refusal), type: types[refusal.status] ?? "api_error", param: null, code: null }
  })

const native = (refusal: Refusal.Refusal): string => JSON.stringify({ error: messageOf(refusal) })

const refused = openAi(Refusal.simulated(500))

/** In the midst of a stream the error is neither an event nor followed by `[DONE]`. */
const completion = (kind: Question["kind"]): Task =>
  OllamaTask.named(
    Completion.withoutPriority(Completion.withoutOpening(Completion.make(kind, `${refused}\n`, refused)))
  )

const tasks: Face["tasks"] = {
  "/v1/chat/completions": completion("chat"),
  "/v1/completions": completion("text"),
  "/v1/embeddings": completion("embedding"),
  "/v1/responses": OllamaTask.named(Completion.withoutPriority(Responses.task(refused))),
  [Messages.path]: OllamaTask.named(Messages.task),
  "/api/chat": OllamaTask.chat,
  "/api/generate": OllamaTask.generate,
  "/api/embed": OllamaTask.embed
}

export const make = ({ engine: { profile }, limits, loading, options }: Ground): Face => {
  const loaded = new Set<string>()

  const installed = (body: unknown) => {
    const { model, name } = OllamaTask.fields(body)
    const asked = String(model ?? name)
    return { asked, known: OllamaModel.find(limits.models, asked) }
  }

  return {
    tasks,
    // a key is required by clients and ignored by Ollama; a proxy in front of it may want one
    guarded: () => true,
    unauthorised: (response) => Reply.json(response, { error: "unauthorized" }, 401),
    refusal: (refusal, path) => {
      if (refusal === Refusal.unknownPath) return "404 page not found"
      if (Messages.isHere(path)) return Messages.refusal({ ...refusal, message: messageOf(refusal) })
      return path.startsWith("/v1/") ? openAi(refusal) : native(refusal)
    },
    closed: () => loading() ? busy : undefined,
    passes: ({ model, promptTokens }) => {
      const name = OllamaModel.canonical(model)
      if (loaded.has(name)) return 1
      loaded.add(name)
      const pass = stepTime(profile, { decoding: 0, prefillTokens: promptTokens, contextTokens: 0 })
      return Math.max(1, Math.ceil((options.coldLoad ?? 0) / pass))
    },
    read: (path, _, response) => {
      if (path === "/") Reply.text(response, 200, "text/plain; charset=utf-8", "Ollama is running (simulated)")
      else if (path === "/api/version") Reply.json(response, { version: "0.0.0-simulated" })
      else if (path === "/api/tags") Reply.json(response, { models: limits.models.map(OllamaModel.tag) })
      else if (path === "/api/ps") Reply.json(response, { models: [...loaded].map(OllamaModel.process) })
      else if (path === "/v1/models") Reply.json(response, OllamaModel.list(limits.models))
      else return false
      return true
    },
    command: (path, body, response) => {
      if (path !== "/api/show" && !OllamaTask.asksForNothing(path, body)) return false
      const { asked, known } = installed(body)
      if (known === undefined) Reply.refuse(response, Refusal.unknownModel(asked), native)
      else if (path === "/api/show") Reply.json(response, OllamaModel.details)
      else if (OllamaTask.fields(body)["keep_alive"] === 0) {
        loaded.delete(OllamaModel.canonical(known))
        Reply.json(response, OllamaTask.nothing(path, asked, "unload"))
      } else {
        loaded.add(OllamaModel.canonical(known))
        Reply.json(response, OllamaTask.nothing(path, asked, "load"))
      }
      return true
    }
  }
}
