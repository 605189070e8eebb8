/** Simulated embeddings: the same small vector for the same text, as vLLM would send it. */
import type { Question } from "./Question.ts"

const dimensions = 16

/** A unit vector drawn from the text by FNV-1a. */
export const vector = (text: string): ReadonlyArray<number> => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  const values = Array.from({ length: dimensions }, (_, i) => {
    hash = Math.imul(hash ^ i, 0x01000193)
    return (hash >>> 0) / 2 ** 31 - 1
  })
  const norm = Math.hypot(...values) || 1
  return values.map((value) => value / norm)
}

// the OpenAI SDKs ask for base64 unless told otherwise
const encode = (values: ReadonlyArray<number>, base64: boolean) =>
  base64 ? Buffer.from(Float32Array.from(values).buffer).toString("base64") : values

export const whole = (question: Question, number: number, created: number): string =>
  JSON.stringify({
    id: `embd-simulated-${number}`,
    object: "list",
    created,
    model: question.model,
    data: question.inputs.map((input, index) => ({
      index,
      object: "embedding",
      embedding: encode(vector(input), question.base64)
    })),
    usage: {
      prompt_tokens: question.promptTokens,
      total_tokens: question.promptTokens,
      completion_tokens: 0,
      prompt_tokens_details: null
    }
  })
