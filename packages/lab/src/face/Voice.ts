/** An answer in vLLM's JSON: as the events of a stream, or whole. */
import type { FinishReason } from "../engine/Sequence.ts"
import type { Question } from "./Question.ts"
import * as Speech from "./Speech.ts"

export interface Voice {
  readonly streamType: string
  readonly wholeType: string
  /** The event before the first token, if this kind of answer has one. */
  readonly opening: string
  readonly token: (n: number, finished: FinishReason | undefined) => string
  /** The event with the usage, if it was asked for. */
  readonly closing: (tokens: number) => string
  /** What ends a stream. */
  readonly done: string
  readonly whole: (tokens: number, finished: FinishReason) => string
  /** What the n-th token adds to the answer. */
  readonly word: (n: number) => string
  /** What a stream ends with that fails half-way. */
  readonly failure: string
  /** The body of the 500 that stands for a failure before the end. */
  readonly refused: string
}

export const done = "data: [DONE]\n\n"

export const event = (json: string): string => `data: ${json}\n\n`

/** Says nothing until it is over. */
export const mute = (whole: Voice["whole"]): Voice => ({
  streamType: "text/event-stream; charset=utf-8",
  wholeType: "application/json",
  opening: "",
  token: () => "",
  closing: () => "",
  done,
  whole,
  word: () => "",
  failure: "",
  refused: ""
})

const usage = (promptTokens: number, tokens: number) => ({
  prompt_tokens: promptTokens,
  total_tokens: promptTokens + tokens,
  completion_tokens: tokens,
  prompt_tokens_details: null
})

interface Shape {
  readonly id: string
  readonly chunk: string
  readonly object: string
  readonly opening: string
  /** What is said by the n-th token: the member of the choice that carries it. */
  readonly said: (n: number) => string
  readonly choice: (tokens: number) => Readonly<Record<string, unknown>>
  readonly finish: (finished: FinishReason) => string
  readonly word: (n: number) => string
}

const chat: Omit<Shape, "id"> = {
  chunk: "chat.completion.chunk",
  object: "chat.completion",
  opening: `"delta":{"role":"assistant","content":""}`,
  said: (n) => `"delta":{"content":${JSON.stringify(Speech.token(n))}}`,
  choice: (tokens) => ({
    message: { role: "assistant", content: Speech.say(tokens), refusal: null, tool_calls: [] }
  }),
  finish: (finished) => finished,
  word: Speech.token
}

const call = (id: string, name: string, total: number): Omit<Shape, "id"> => ({
  ...chat,
  said: (n) => {
    const head = n === 1 ? { id, type: "function" } : {}
    const named = n === 1 ? { name } : {}
    const call = { index: 0, ...head, function: { ...named, arguments: Speech.argument(n, total) } }
    return `"delta":{"tool_calls":${JSON.stringify([call])}}`
  },
  choice: (tokens) => ({
    message: {
      role: "assistant",
      content: null,
      refusal: null,
      tool_calls: [{ id, type: "function", function: { name, arguments: Speech.sayArguments(tokens) } }]
    }
  }),
  finish: () => "tool_calls",
  word: (n) => Speech.argument(n, total)
})

const text: Omit<Shape, "id"> = {
  chunk: "text_completion",
  object: "text_completion",
  opening: "",
  said: (n) => `"text":${JSON.stringify(Speech.token(n))}`,
  choice: (tokens) => ({ text: Speech.say(tokens) }),
  finish: (finished) => finished,
  word: Speech.token
}

const shapeOf = (question: Question, number: number): Shape => {
  if (question.kind === "text") return { id: `cmpl-simulated-${number}`, ...text }
  const id = `chatcmpl-simulated-${number}`
  if (question.tool === undefined) return { id, ...chat }
  return { id, ...call(`call-simulated-${number}`, question.tool, question.outputTokens) }
}

/** For a chat or text completion. */
export const make = (question: Question, number: number, created: number): Voice => {
  const shape = shapeOf(question, number)
  const model = JSON.stringify(question.model)
  // built once per answer: at thousands of tokens a second, serialising whole objects is what costs
  const envelope = `data: {"id":"${shape.id}","object":"${shape.chunk}","created":${created},"model":${model},`
  const start = `${envelope}"choices":[{"index":0,`
  const middle = `,"logprobs":null,"finish_reason":null}]}\n\n`
  const last = (finished: FinishReason) =>
    `,"logprobs":null,"finish_reason":"${shape.finish(finished)}","stop_reason":null}]}\n\n`
  return {
    ...mute(() => ""),
    opening: shape.opening === "" ? "" : `${start}${shape.opening}${middle}`,
    token: (n, finished) => `${start}${shape.said(n)}${finished === undefined ? middle : last(finished)}`,
    closing: (tokens) =>
      question.includeUsage
        ? `${envelope}"choices":[],"usage":${JSON.stringify(usage(question.promptTokens, tokens))}}\n\n`
        : "",
    whole: (tokens, finished) =>
      JSON.stringify({
        id: shape.id,
        object: shape.object,
        created,
        model: question.model,
        choices: [{
          index: 0,
          ...shape.choice(tokens),
          logprobs: null,
          finish_reason: shape.finish(finished),
          stop_reason: null
        }],
        usage: usage(question.promptTokens, tokens),
        system_fingerprint: "simulated"
      }),
    word: shape.word
  }
}
