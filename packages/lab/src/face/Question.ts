/** What an inference request asks, read from its JSON body as vLLM would. */
import type { Demand } from "../engine/Sequence.ts"
import * as Blocks from "./Blocks.ts"
import * as Refusal from "./Refusal.ts"
import * as Speech from "./Speech.ts"

export type Kind = "chat" | "text" | "embedding"

export interface Question extends Pick<Demand, "promptTokens" | "outputTokens" | "finish" | "priority" | "prefix"> {
  readonly kind: Kind
  readonly model: string
  readonly stream: boolean
  readonly includeUsage: boolean
  /** The tool to call instead of answering in words. */
  readonly tool: string | undefined
  /** Each text to embed. */
  readonly inputs: ReadonlyArray<string>
  readonly base64: boolean
  readonly poisoned: boolean
}

export interface Limits {
  readonly models: ReadonlyArray<string>
  readonly maxModelLen: number
  /** Tokens of an answer whose length was not asked for. */
  readonly defaultTokens: number
  /** Tokens of an answer at most, whatever was asked for. */
  readonly maxTokens: number
  readonly priorityScheduling: boolean
  /** Prompts that begin as an earlier one did are computed from where they differ. */
  readonly prefixCaching: boolean
}

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const textOf = (value: unknown): string => typeof value === "string" ? value : JSON.stringify(value ?? "")

const isRefusal = (value: unknown): value is Refusal.Refusal => isObject(value) && "status" in value

/** The prompt's text, or what is wrong with it. */
const promptOf = (kind: Kind, body: Json): string | Refusal.Refusal => {
  if (kind === "chat") {
    if (!Array.isArray(body["messages"]) || body["messages"].length === 0) {
      return Refusal.badRequest("Field required: a non-empty list of messages.", "messages")
    }
    return body["messages"].map((message) => isObject(message) ? textOf(message["content"]) : "").join("\n")
  }
  const field = kind === "text" ? "prompt" : "input"
  const value = body[field]
  if (value === undefined || value === "") return Refusal.badRequest("Field required.", field)
  return Array.isArray(value) ? value.map(textOf).join("\n") : textOf(value)
}

const toolNameOf = (tool: unknown): string | undefined => {
  const name = isObject(tool) && isObject(tool["function"]) ? tool["function"]["name"] : undefined
  return typeof name === "string" ? name : undefined
}

/** A call is made when the request insists, or when the prompt carries the marker. */
const toolOf = (body: Json, prompt: string): string | undefined => {
  if (!Array.isArray(body["tools"]) || body["tool_choice"] === "none") return undefined
  const named = toolNameOf(body["tool_choice"])
  if (named !== undefined) return named
  const wanted = body["tool_choice"] === "required" || prompt.includes(Speech.toolMarker)
  return wanted ? toolNameOf(body["tools"][0]) : undefined
}

/** The length asked for, the default, or what is wrong with it. */
const lengthOf = (
  body: Json,
  promptTokens: number,
  limits: Limits
): Pick<Demand, "outputTokens" | "finish"> | Refusal.Refusal => {
  const room = limits.maxModelLen - promptTokens
  const asked = body["max_completion_tokens"] ?? body["max_tokens"]
  if (asked === undefined || asked === null) {
    return limits.defaultTokens > room
      ? { outputTokens: room, finish: "length" }
      : { outputTokens: limits.defaultTokens, finish: "stop" }
  }
  if (typeof asked !== "number" || !Number.isInteger(asked) || asked < 1) {
    return Refusal.badRequest(`max_tokens must be at least 1, got ${JSON.stringify(asked)}.`, "max_tokens")
  }
  if (asked > room) {
    return Refusal.badRequest(
      `'max_tokens' or 'max_completion_tokens' is too large: ${asked}. This model's maximum context length is `
        + `${limits.maxModelLen} tokens and your request has ${promptTokens} input tokens.`,
      "max_tokens"
    )
  }
  return asked > limits.maxTokens
    ? { outputTokens: limits.maxTokens, finish: "stop" }
    : { outputTokens: asked, finish: "length" }
}

export const read = (kind: Kind, body: unknown, limits: Limits): Question | Refusal.Refusal => {
  if (!isObject(body)) return Refusal.badRequest("The body is not a JSON object.")
  const { model = limits.models[0], priority = 0 } = body
  if (typeof model !== "string") return Refusal.badRequest("Field `model` is not a string.", "model")
  if (!limits.models.includes(model)) return Refusal.unknownModel(model)
  if (typeof priority !== "number" || !Number.isInteger(priority)) {
    return Refusal.badRequest("Field `priority` is not an integer.", "priority")
  }
  if (priority !== 0 && !limits.priorityScheduling) {
    return Refusal.badRequest(`Got priority ${priority} but Priority scheduling is not enabled.`, "priority")
  }
  const prompt = promptOf(kind, body)
  if (typeof prompt !== "string") return prompt
  const promptTokens = Speech.countTokens(prompt)
  if (promptTokens >= limits.maxModelLen) return tooLong(promptTokens, limits.maxModelLen)
  const length = kind === "embedding"
    ? { outputTokens: 0, finish: "stop" as const }
    : lengthOf(body, promptTokens, limits)
  if (isRefusal(length)) return length
  const options = body["stream_options"]
  return {
    kind,
    model,
    priority,
    promptTokens,
    prefix: limits.prefixCaching ? Blocks.hashes(prompt) : undefined,
    ...length,
    stream: body["stream"] === true && kind !== "embedding",
    includeUsage: isObject(options) && options["include_usage"] === true,
    tool: kind === "chat" ? toolOf(body, prompt) : undefined,
    inputs: kind !== "embedding" ? [] : Array.isArray(body["input"]) ? body["input"].map(textOf) : [prompt],
    base64: body["encoding_format"] === "base64",
    poisoned: prompt.includes(Speech.poisonMarker)
  }
}

export const tooLong = (promptTokens: number, maxModelLen: number) =>
  Refusal.badRequest(
    `This model's maximum context length is ${maxModelLen} tokens. However, your request has ${promptTokens} input `
      + "tokens. Please reduce the length of the input messages."
  )
