/** One `POST /v1/*` from its body to its end: refused, answered, cut, or aborted by its client. */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Emission } from "../engine/Engine.ts"
import * as Answer from "./Answer.ts"
import type { Desk } from "./Desk.ts"
import * as Embedding from "./Embedding.ts"
import * as Fault from "./Fault.ts"
import type { Ending, Entry } from "./Ledger.ts"
import type { Kind } from "./Question.ts"
import * as Question from "./Question.ts"
import * as Refusal from "./Refusal.ts"
import * as Reply from "./Reply.ts"
import * as Voice from "./Voice.ts"

const kinds: Readonly<Record<string, Kind>> = {
  "/v1/chat/completions": "chat",
  "/v1/completions": "text",
  "/v1/embeddings": "embedding"
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const modelOf = (body: unknown) =>
  typeof body === "object" && body !== null && "model" in body ? String(body.model) : "unknown"

/** The handle's fault comes first; the header of the request adds to it. */
const faultOf = (fault: Fault.Fault, header: unknown): Fault.Fault | Refusal.Refusal => {
  if (typeof header !== "string") return fault
  const asked = Fault.parse(header)
  if ("unknown" in asked) return Refusal.badRequest(`Unknown simulated fault: ${asked.unknown}`, "x-simulate")
  return { ...fault, ...asked }
}

export const receive = (
  desk: Desk,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  text: string,
  given: Fault.Fault
): void => {
  const { driver, ledger, limits, now } = desk
  const body = parse(text)
  const entry = ledger.receive({ path, headers: request.headers, body, arrivedAt: now() })

  const end = (ending: Ending, status?: number) => {
    entry.status ??= status
    ledger.end(entry, ending, now())
    ledger.changed()
  }
  const refuse = (refusal: Refusal.Refusal) => {
    Reply.refuse(response, refusal)
    end("refused", refusal.status)
  }
  let leave = () => {}
  response.on("close", () => {
    if (response.writableFinished) return
    leave()
    end("aborted")
  })

  if (!desk.authorised(request)) {
    Reply.unauthorised(response)
    return end("refused", 401)
  }
  const fault = faultOf(given, request.headers["x-simulate"])
  if ("message" in fault) return refuse(fault)
  const misfortune = Reply.misfortune(response, fault, modelOf(body))
  if (misfortune === "answered") return end("refused", response.statusCode)
  if (misfortune === "ended") return end("cut")
  if (misfortune === "open") return ledger.changed()

  if (desk.loading()) return refuse(Refusal.unavailable("The simulated model is still loading."))
  const kind = kinds[path]
  if (kind === undefined) return refuse(Refusal.unknownPath)
  const question = Question.read(kind, body, limits)
  if ("message" in question) return refuse(question)
  if (question.poisoned) return refuse(Refusal.poisoned)
  entry.promptTokens = question.promptTokens

  const ends: Answer.Ends = {
    finished: () => end("finished", 200),
    cut: () => {
      leave()
      end("cut", 200)
    }
  }
  const created = Math.floor(Date.now() / 1000)
  const voice = Voice.make(question, entry.number, created)
  const whole = ({ token, finished = "stop" }: Emission) =>
    kind === "embedding" ? Embedding.whole(question, entry.number, created) : voice.whole(token, finished)

  const submission = driver.submit(
    {
      id: String(entry.number),
      promptTokens: question.promptTokens,
      outputTokens: question.outputTokens,
      finish: question.finish,
      priority: question.priority,
      passes: Math.max(1, Math.round(fault.slowPrefill ?? 1))
    },
    (sequence) => {
      leave = () => driver.abort(sequence)
      const answer = question.stream
        ? Answer.stream(response, voice, fault, ends)
        : Answer.whole(response, whole, fault, ends)
      return {
        emitted: (emission) => {
          note(entry, emission, voice)
          answer.emitted(emission)
        },
        flush: answer.flush
      }
    }
  )
  if (submission === "prompt-too-long") refuse(Question.tooLong(question.promptTokens, limits.maxModelLen))
  if (submission === "queue-full") refuse(Refusal.unavailable("The simulated engine's queue is full."))
}

const note = (entry: Entry, { at, token }: Emission, voice: Voice.Voice) => {
  if (token === 0) return
  entry.firstTokenAt ??= at
  entry.tokens = token
  entry.text += voice.word(token)
}
