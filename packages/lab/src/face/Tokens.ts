/** vLLM's tokenizer over HTTP: it asks the engine for no work, and vLLM has it outside of `/v1`. */
import type { ServerResponse } from "node:http"
import type { Limits } from "./Question.ts"
import * as Refusal from "./Refusal.ts"
import * as Reply from "./Reply.ts"
import * as Speech from "./Speech.ts"

type Fields = Readonly<Record<string, unknown>>

/** Four bytes to a token, and each token is its bytes. */
const encode = (text: string): ReadonlyArray<number> => {
  const bytes = Buffer.from(text)
  return Array.from(
    { length: Speech.countTokens(text) },
    (_, i) => bytes.subarray(4 * i, 4 * i + 4).reduce((number, byte) => number * 256 + byte, 0)
  )
}

const bytesOf = (token: number): Buffer => {
  const digits = token.toString(16)
  return Buffer.from(digits.padStart(digits.length + digits.length % 2, "0"), "hex")
}

const decode = (tokens: ReadonlyArray<number>): string => Buffer.concat(tokens.map(bytesOf)).toString()

const textOf = ({ messages, prompt }: Fields): string =>
  typeof prompt === "string" ? prompt : JSON.stringify(messages ?? "")

/** Answers such a request; false when it is none. */
export const command = (path: string, body: unknown, response: ServerResponse, limits: Limits): boolean => {
  if (path !== "/tokenize" && path !== "/detokenize") return false
  const fields: Fields = typeof body === "object" && body !== null ? body as Fields : {}
  const { model = limits.models[0], tokens } = fields
  if (!limits.models.includes(String(model))) Reply.refuse(response, Refusal.unknownModel(String(model)), Refusal.body)
  else if (path === "/detokenize") {
    Reply.json(response, { prompt: decode(Array.isArray(tokens) ? tokens.map(Number) : []) })
  } else {
    const tokens = encode(textOf(fields))
    Reply.json(response, { count: tokens.length, max_model_len: limits.maxModelLen, tokens, token_strs: null })
  }
  return true
}
