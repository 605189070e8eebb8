/**
 * The bytes that travel in the benchmark, shared by the upstream that sends them and the load that checks them.
 */
export const model = "bench"
export const path = "/v1/chat/completions"

/** What one stream sends per second is fixed, so that the cost of a chunk is measured at one rate for every peer. */
export const chunksPerSecond = 100

const usage = { prompt_tokens: 42, completion_tokens: 16, total_tokens: 58 }

// 377 bytes, already in the form of JSON.stringify: a peer that parses and prints JSON again must not look broken.
export const completion: Buffer = Buffer.from(JSON.stringify({
  id: "chatcmpl-0123456789abcdef0123456789abcdef",
  object: "chat.completion",
  created: 1790000000,
  model,
  choices: [{
    index: 0,
    message: { role: "assistant", content: "The pointsman sets the points before the train is there." },
    logprobs: null,
    finish_reason: "stop"
  }],
  usage,
  system_fingerprint: "fp_0"
}))

const ask = {
  model,
  messages: [
    {
      role: "system",
      content: "You are a helpful assistant of the university. Answer briefly, in the user's language."
    },
    {
      role: "user",
      content: "Who sets the points on a railway, and when should that be done? Please answer in one sentence."
    }
  ],
  temperature: 0.7,
  top_p: 0.95,
  user: "0123456789abcdef"
}

export const request: Buffer = Buffer.from(JSON.stringify({ ...ask, max_tokens: 64 }))

/** The upstream reads the number of chunks from `max_tokens`. */
export const streamRequest = (chunks: number): Buffer =>
  Buffer.from(JSON.stringify({ ...ask, max_tokens: chunks, stream: true }))

export const sequenceWidth = 6
export const stampWidth = 14

const chunk = (content: string) =>
  `data: ${
    JSON.stringify({
      id: "chatcmpl-0123456789abcdef0123456789abcdef",
      object: "chat.completion.chunk",
      created: 1790000000,
      model,
      choices: [{ index: 0, delta: { content }, finish_reason: null }]
    })
  }\n\n`

const [before, after] = chunk("|").split("|") as [string, string]
export const eventPrefix: Buffer = Buffer.from(before)
export const eventSuffix: Buffer = Buffer.from(after)
export const eventLength = before.length + sequenceWidth + 1 + stampWidth + after.length

/** Every event has the same length, so the client finds its fields by position and stays cheap. */
export const event = (sequence: number, stamp: number): string =>
  before + String(sequence).padStart(sequenceWidth, "0") + ":" + String(stamp).padStart(stampWidth, "0") + after

/** Sent only when asked for with `stream_options.include_usage`, as engines do. */
export const usageEvent = `data: ${JSON.stringify({ object: "chat.completion.chunk", model, choices: [], usage })}\n\n`

export const done = "data: [DONE]\n\n"

/** Microseconds of CLOCK_MONOTONIC, which all processes of a Linux machine share. */
export const monotonic = (): number => {
  const [seconds, nanos] = process.hrtime()
  return seconds * 1_000_000 + Math.floor(nanos / 1_000)
}
