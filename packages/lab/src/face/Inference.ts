/** One `POST` that makes the engine work, from its body to its end: refused, answered, cut, or aborted by its client. */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Emission } from "../engine/Engine.ts"
import * as Answer from "./Answer.ts"
import * as AudioForm from "./AudioForm.ts"
import type { Desk } from "./Desk.ts"
import { isRefusal } from "./Face.ts"
import * as Fault from "./Fault.ts"
import type { Ending, Entry } from "./Ledger.ts"
import * as Question from "./Question.ts"
import * as Refusal from "./Refusal.ts"
import * as Reply from "./Reply.ts"
import type { Voice } from "./Voice.ts"

/** A form's fields and files, the value of a JSON text, or the text if it is neither. */
export const parse = (contentType: string, bytes: Buffer): unknown => {
  const form = AudioForm.parse(contentType, bytes)
  if (form !== undefined) return form
  const text = bytes.toString()
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Of an upload the size alone: a test may send many large ones. */
const remembered = (body: unknown): unknown => {
  if (!AudioForm.isForm(body)) return body
  const files = Object.entries(body.files).map(([field, { bytes, name }]) => [field, { name, size: bytes.length }])
  return { fields: body.fields, files: Object.fromEntries(files) }
}

const modelOf = (body: unknown): string => {
  if (typeof body !== "object" || body === null) return "unknown"
  if ("fields" in body) return modelOf(body.fields)
  return "model" in body && typeof body.model === "string" ? body.model : "unknown"
}

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
  body: unknown,
  given: Fault.Fault
): void => {
  const { driver, face, ledger, limits, now } = desk
  const words = (refusal: Refusal.Refusal) => face.refusal(refusal, path)
  const entry = ledger.receive({ path, headers: request.headers, body: remembered(body), arrivedAt: now() })

  const end = (ending: Ending, status?: number) => {
    entry.status ??= status
    ledger.end(entry, ending, now())
    ledger.changed()
  }
  const refuse = (refusal: Refusal.Refusal) => {
    Reply.refuse(response, refusal, words)
    end("refused", refusal.status)
  }
  let leave = () => {}
  response.on("close", () => {
    if (response.writableFinished) return
    leave()
    end("aborted")
  })

  if (face.guarded(path) && !desk.authorised(request)) {
    face.unauthorised(response)
    return end("refused", 401)
  }
  const fault = faultOf(given, request.headers["x-simulate"])
  if ("message" in fault) return refuse(fault)
  const misfortune = Reply.misfortune(response, fault, modelOf(body), words)
  if (misfortune === "answered") return end("refused", response.statusCode)
  if (misfortune === "ended") return end("cut")
  if (misfortune === "open") return ledger.changed()

  const task = face.tasks[path]
  const closed = face.closed(path)
  if (closed !== undefined) return refuse(closed)
  if (task === undefined) return refuse(Refusal.unknownPath)
  const asked = task(body, limits)
  if (isRefusal(asked)) return refuse(asked)
  const { question } = asked
  if (question.poisoned) return refuse(Refusal.poisoned)
  entry.promptTokens = question.promptTokens

  const ends: Answer.Ends = {
    finished: () => end("finished", 200),
    cut: () => {
      leave()
      end("cut", 200)
    }
  }
  const voice = asked.voice(entry.number, Math.floor(Date.now() / 1000))

  const submission = driver.submit(
    {
      id: String(entry.number),
      promptTokens: question.promptTokens,
      outputTokens: question.outputTokens,
      finish: question.finish,
      priority: question.priority,
      prefix: question.prefix,
      passes: Math.max(1, Math.round(fault.slowPrefill ?? 1)) * (face.passes?.(question) ?? 1)
    },
    (sequence) => {
      leave = () => driver.abort(sequence)
      const answer = question.stream
        ? Answer.stream(response, voice, fault, ends)
        : Answer.whole(response, voice, fault, ends)
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

const note = (entry: Entry, { at, token }: Emission, voice: Voice) => {
  if (token === 0) return
  entry.firstTokenAt ??= at
  entry.tokens = token
  entry.text += voice.word(token)
}
