/** OpenAI's chats, texts and embeddings, as tasks of a simulated engine. */
import * as Embedding from "./Embedding.ts"
import type { Task } from "./Face.ts"
import { isRefusal } from "./Face.ts"
import type { Kind } from "./Question.ts"
import * as Question from "./Question.ts"
import type { Refusal } from "./Refusal.ts"
import * as Voice from "./Voice.ts"

/** `failure` is what a stream says that fails half-way, and `refused` the body of the 500 that stands for it. */
export const make = (kind: Kind, failure: string, refused: string): Task => (body, limits) => {
  const question = Question.read(kind, body, limits)
  if ("message" in question) return question
  return {
    question,
    voice: (number, created) => ({
      ...(kind === "embedding"
        ? Voice.mute(() => Embedding.whole(question, number, created))
        : Voice.make(question, number, created)),
      failure,
      refused
    })
  }
}

/** The three tasks that every OpenAI-compatible engine has, with the words of one for a failure. */
export const tasks = (body: (refusal: Refusal) => string, failed: Refusal): Readonly<Record<string, Task>> => {
  const refused = body(failed)
  const failure = Voice.event(refused) + Voice.done
  return {
    "/v1/chat/completions": make("chat", failure, refused),
    "/v1/completions": make("text", failure, refused),
    "/v1/embeddings": make("embedding", failure, refused)
  }
}

/** The same, where the first event already carries words. */
export const withoutOpening = (task: Task): Task => (body, limits) => {
  const asked = task(body, limits)
  if (isRefusal(asked)) return asked
  return { ...asked, voice: (number, created) => ({ ...asked.voice(number, created), opening: "" }) }
}

/** The same for an engine that passes over members that it does not know. */
export const withoutPriority = (task: Task): Task => (body, limits) =>
  task(typeof body === "object" && body !== null && "priority" in body ? { ...body, priority: 0 } : body, limits)
