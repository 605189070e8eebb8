/** The Vercel AI SDK's provider of OpenAI against a gateway: one line of JSON for each thing that it does. */
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { pathToFileURL } from "node:url"

const [url, key, model, hearing, speech, folder] = process.argv.slice(2)
const require = createRequire(pathToFileURL(`${folder}/package.json`))
const load = (name) => import(pathToFileURL(require.resolve(name)).href)
const { embedMany, experimental_transcribe, generateText, streamText, tool } = await load("ai")
const { createOpenAI } = await load("@ai-sdk/openai")
const { createOpenAICompatible } = await load("@ai-sdk/openai-compatible")
const { z } = await load("zod")

const openai = createOpenAI({ baseURL: `${url}/v1`, apiKey: key })
const compatible = createOpenAICompatible({ name: "aiguilleur", baseURL: `${url}/v1`, apiKey: key, includeUsage: true })
const common = { maxRetries: 0, maxOutputTokens: 8 }

const check = async (what, body) => {
  try {
    console.log(JSON.stringify({ what, said: await body() }))
  } catch (error) {
    console.log(JSON.stringify({ what, failed: String(error) }))
  }
}

const same = (one, other) => {
  if (one !== other) throw new Error(`${one} is not ${other}`)
}

/** Text and usage of a stream. */
const streamed = async (chosen) => {
  let text = ""
  const result = streamText({ ...common, model: chosen, prompt: "Hello" })
  for await (const piece of result.textStream) text += piece
  same((await result.usage).outputTokens, 8)
  return text
}

await check("generates by chat completions", async () => {
  const { text, usage } = await generateText({ ...common, model: openai.chat(model), prompt: "Hello" })
  same(usage.outputTokens, 8)
  return text
})
await check("streams by chat completions", () => streamed(openai.chat(model)))
await check("generates by responses, its default", async () => {
  const { text, usage } = await generateText({ ...common, model: openai(model), prompt: "Hello" })
  same(usage.outputTokens, 8)
  return text
})
await check("streams by responses", () => streamed(openai(model)))
await check("streams as a compatible server", () => streamed(compatible(model)))
await check("calls tools", async () => {
  const weather = tool({ inputSchema: z.object({}).passthrough(), description: "The weather" })
  const { toolCalls } = await generateText({
    ...common,
    model: openai.chat(model),
    prompt: "The weather?",
    tools: { weather },
    toolChoice: "required"
  })
  return toolCalls[0].toolName
})
await check("embeds", async () => {
  const { embeddings, usage } = await embedMany({ model: openai.textEmbeddingModel(model), values: ["one", "two"] })
  same(embeddings.length, 2)
  return `${usage.tokens} tokens`
})
await check("transcribes", async () => {
  const { text } = await experimental_transcribe({ model: openai.transcription(hearing), audio: readFileSync(speech) })
  return text
})
