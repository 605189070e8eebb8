/** Rerank and score, as vLLM has them: one forward pass over pairs of texts, and numbers that mean nothing. */
import * as Embedding from "./Embedding.ts"
import type { Task } from "./Face.ts"
import type { Question } from "./Question.ts"
import * as Questions from "./Question.ts"
import * as Refusal from "./Refusal.ts"
import * as Voice from "./Voice.ts"

type Fields = Readonly<Record<string, unknown>>

const textsOf = (value: unknown): ReadonlyArray<string> =>
  (Array.isArray(value) ? value : [value]).map((item) => typeof item === "string" ? item : JSON.stringify(item ?? ""))

/** The same for the same pair, between 0 and 1. */
const scoreOf = (one: string, other: string): number => (1 + Embedding.vector(`${one}\n${other}`)[0]!) / 2

const task = (
  one: string,
  other: string,
  refused: string,
  whole: (question: Question, scores: ReadonlyArray<Scored>) => Fields
): Task =>
(body, limits) => {
  const fields: Fields = typeof body === "object" && body !== null ? body as Fields : {}
  for (const field of [one, other]) {
    if (fields[field] === undefined) return Refusal.badRequest("Field required.", field)
  }
  const [left, right] = [textsOf(fields[one]), textsOf(fields[other])]
  const { model, priority } = fields
  const question = Questions.read("embedding", {
    model,
    input: [...left, ...right],
    ...(priority !== undefined && { priority })
  }, limits)
  if ("message" in question) return question
  const scores = right.map((text, index) => ({ index, text, score: scoreOf(left[index] ?? left[0] ?? "", text) }))
  return {
    question,
    voice: () => ({ ...Voice.mute(() => JSON.stringify(whole(question, scores))), refused })
  }
}

interface Scored {
  readonly index: number
  readonly text: string
  readonly score: number
}

const usage = ({ promptTokens }: Question) => ({ prompt_tokens: promptTokens, total_tokens: promptTokens })

const rerank = (refused: string): Task =>
  task("query", "documents", refused, (question, scores) => ({
    id: "rerank-simulated",
    model: question.model,
    usage: usage(question),
    results: scores.toSorted((a, b) => b.score - a.score).map(({ index, score, text }) => ({
      index,
      document: { text },
      relevance_score: score
    }))
  }))

const score = (refused: string): Task =>
  task("text_1", "text_2", refused, (question, scores) => ({
    id: "score-simulated",
    object: "list",
    created: 0,
    model: question.model,
    data: scores.map(({ index, score }) => ({ index, object: "score", score })),
    usage: { ...usage(question), completion_tokens: 0, prompt_tokens_details: null }
  }))

/** `refused` is the engine's body for a failure of its own. */
export const tasks = (refused: string): Readonly<Record<string, Task>> => ({
  "/rerank": rerank(refused),
  "/v1/rerank": rerank(refused),
  "/v2/rerank": rerank(refused),
  "/score": score(refused),
  "/v1/score": score(refused)
})
