/** Pages of a real engine, as they came over the wire; `fixtures/wire` says what is to be made of them. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { RealEngine } from "./RealEngine.ts"
import { ollamaVersion } from "./RealEngine.ts"
import type { Speech } from "./Speech.ts"
import * as Workshop from "./Workshop.ts"

interface Page {
  readonly path: string
  readonly body?: unknown
  readonly form?: Readonly<Record<string, string>>
}

/** A base model goes on with this; most other words it meets with silence. */
export const messages = [{ role: "user" as const, content: "Bonjour ! La capitale de la France est" }]

const openAi = (model: string): Readonly<Record<string, Page>> => ({
  "models.json": { path: "/v1/models" },
  "chat.json": { path: "/v1/chat/completions", body: { model, messages, max_tokens: 6, temperature: 0 } },
  "chat-stream.txt": {
    path: "/v1/chat/completions",
    body: { model, messages, max_tokens: 6, temperature: 0, stream: true, stream_options: { include_usage: true } }
  },
  "completion.json": { path: "/v1/completions", body: { model, prompt: "Bonjour", max_tokens: 6, temperature: 0 } },
  "bad-messages.json": { path: "/v1/chat/completions", body: { model, messages: "x" } },
  "unknown-path": { path: "/v1/rerank", body: { model, query: "a", documents: ["b"] } },
  "embeddings.json": { path: "/v1/embeddings", body: { model, input: "Bonjour" } }
})

/** In their order: nothing is loaded before anything was asked. */
const ollama = (model: string): Readonly<Record<string, Page>> => ({
  "version.json": { path: "/api/version" },
  "ps-empty.json": { path: "/api/ps" },
  ...openAi(model),
  "tags.json": { path: "/api/tags" },
  "native-chat.json": { path: "/api/chat", body: { model, messages, stream: false, options: { num_predict: 6 } } },
  "native-chat-stream.txt": { path: "/api/chat", body: { model, messages, options: { num_predict: 6 } } },
  "native-generate-stream.txt": {
    path: "/api/generate",
    body: { model, prompt: "Bonjour", options: { num_predict: 6 } }
  },
  "ps.json": { path: "/api/ps" },
  "unknown-model.json": { path: "/api/chat", body: { model: "stranger:1b", messages } },
  "unknown-model-openai.json": { path: "/v1/chat/completions", body: { model: "stranger:1b", messages } },
  "responses.json": { path: "/v1/responses", body: { model, input: "Bonjour !", max_output_tokens: 6 } },
  "messages.json": { path: "/v1/messages", body: { model, messages, max_tokens: 6 } },
  "native-load.json": { path: "/api/chat", body: { model, messages: [] } },
  "native-unload.json": { path: "/api/generate", body: { model, keep_alive: 0 } }
})

const whisper = (model: string): Readonly<Record<string, Page>> => ({
  "health.txt": { path: "/health" },
  ...Object.fromEntries(
    ["json", "text", "srt", "vtt", "verbose_json"].map((response_format) => [
      `transcription.${response_format.replace("text", "txt").replace("_json", ".json")}`,
      { path: "/v1/audio/transcriptions", form: { model, response_format, language: "en" } }
    ])
  ),
  "unknown-model.json": { path: "/v1/audio/transcriptions", form: { model: "stranger" } }
})

const ask = async (url: string, { body, form, path }: Page, speech: Speech | undefined): Promise<Response> => {
  if (form !== undefined && speech !== undefined) {
    const parts = new FormData()
    parts.append("file", new Blob([readFileSync(speech.file)]), "speech.wav")
    for (const [name, value] of Object.entries(form)) parts.append(name, value)
    return fetch(url + path, { method: "POST", body: parts })
  }
  if (body === undefined) return fetch(url + path)
  return fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body)
  })
}

const folderOf = async ({ kind }: RealEngine): Promise<string> => {
  if (kind === "ollama") return `ollama-${ollamaVersion.slice(1)}`
  const module = kind === "whisper" ? "faster_whisper" : "llama_cpp"
  const version = await Workshop.run(Workshop.python, ["-c", `import ${module}; print(${module}.__version__)`])
  return `${kind === "whisper" ? "faster-whisper" : "llama-cpp-python"}-${version.trim()}`
}

/** What each page answered is printed, for `pages.json` to be written by somebody who thinks about it. */
export const make = async (engine: RealEngine, speeches: ReadonlyArray<Speech>): Promise<void> => {
  const pages = engine.kind === "ollama"
    ? ollama(engine.model)
    : engine.kind === "whisper"
    ? whisper(engine.model)
    : openAi(engine.model)
  const name = await folderOf(engine)
  const folder = join(Workshop.root, "fixtures/wire", name)
  mkdirSync(folder, { recursive: true })
  for (const [file, page] of Object.entries(pages)) {
    const response = await ask(engine.url, page, speeches[0])
    const text = await response.text()
    const kind = text.startsWith("{") ? "json" : "txt"
    writeFileSync(join(folder, file.includes(".") ? file : `${file}.${kind}`), text)
    console.log(`  recorded ${name}/${file}: ${response.status} ${response.headers.get("content-type")}`)
  }
}
