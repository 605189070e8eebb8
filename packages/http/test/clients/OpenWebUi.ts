/**
 * What Open WebUI asks of an OpenAI server, of an Ollama and of a transcriber: the shapes of its requests, written from
 * the source of its routers `openai.py`, `ollama.py` and `audio.py`.
 */
import { assert } from "@effect/vitest"
import { wav } from "../Form.ts"

export interface Place {
  readonly url: string
  readonly key: string
  readonly model: string
  /** The model that transcribes. */
  readonly hearing: string
}

export type Check = readonly [what: string, check: (place: Place) => Promise<void>]

const user = {
  "x-openwebui-user-name": "Ada%20Lovelace",
  "x-openwebui-user-id": "6b1f3c0e-0000-4000-8000-000000000000",
  "x-openwebui-user-email": "ada@univ-a.example",
  "x-openwebui-user-role": "user"
}

const headers = ({ key }: Place) => ({ authorization: `Bearer ${key}`, "content-type": "application/json", ...user })

const get = (place: Place, path: string) => fetch(place.url + path, { headers: headers(place) })

const post = (place: Place, path: string, body: unknown) =>
  fetch(place.url + path, { method: "POST", headers: headers(place), body: JSON.stringify(body) })

const json = async (response: Response) => {
  assert.strictEqual(response.status, 200, response.statusText)
  return await response.json() as Record<string, never>
}

const messages = [
  { role: "system", content: "You are a helpful assistant." },
  { role: "user", content: [{ type: "text", text: "Hello" }] }
]

/** It knows an Ollama's models by their names with a tag, and asks for them so. */
const tagged = async (place: Place): Promise<string> => {
  const { models } = await json(await get(place, "/api/tags")) as unknown as {
    models: ReadonlyArray<{ name: string; model: string; digest: string; details: object }>
  }
  const known = new Map(models.map((model) => [model.model, model]))
  const asked = `${place.model}:latest`
  assert.isTrue(known.has(asked), [...known.keys()].join())
  return asked
}

export const checks: ReadonlyArray<Check> = [
  ["verifies a connection by the list of models", async (place) => {
    const { data } = await json(await get(place, "/v1/models")) as unknown as { data: ReadonlyArray<{ id: string }> }
    assert.include(data.map(({ id }) => id), place.model)
  }],
  ["chats in a stream, with usage", async (place) => {
    const response = await post(place, "/v1/chat/completions", {
      stream: true,
      model: place.model,
      messages,
      stream_options: { include_usage: true },
      temperature: 0.7,
      max_tokens: 4
    })
    assert.match(response.headers.get("content-type")!, /^text\/event-stream/)
    const text = await response.text()
    assert.include(text, "\"completion_tokens\":4")
    assert.match(text, /data: \[DONE\]\n\n$/)
  }],
  ["asks for a title and for tags without a stream", async (place) => {
    const content = "### Task:\nGenerate a concise, 3-5 word title.\n### Output:\nJSON format: { \"title\": \"…\" }"
    const body = { model: place.model, messages: [{ role: "user", content }], stream: false, max_completion_tokens: 5 }
    const { choices } = await json(await post(place, "/v1/chat/completions", body)) as unknown as {
      choices: ReadonlyArray<{ message: { content: string } }>
    }
    assert.isNotEmpty(choices[0]!.message.content)
  }],
  ["embeds chunks of documents", async (place) => {
    const { data } = await json(
      await post(place, "/v1/embeddings", { input: ["one", "two"], model: place.model })
    ) as unknown as { data: ReadonlyArray<unknown> }
    assert.lengthOf(data, 2)
  }],
  ["reranks", async (place) => {
    const body = { model: place.model, query: "q", documents: ["one", "two"], top_n: 2 }
    const { results } = await json(await post(place, "/v1/rerank", body)) as unknown as {
      results: ReadonlyArray<{ index: number; relevance_score: number }>
    }
    assert.lengthOf(results, 2)
  }],
  ["reads what went wrong from the body of an error", async (place) => {
    const response = await post(place, "/v1/chat/completions", { model: "nowhere", messages, stream: true })
    const { error } = await response.json() as { error: { message: string } }
    assert.strictEqual(response.status, 404)
    assert.include(error.message, "nowhere")
  }],
  ["transcribes what was recorded in the browser", async ({ hearing, key, url }) => {
    // As Python's `requests` writes it: the fields, then the file, and no content type with either.
    const boundary = "8f14e45fceea167a5a36dedd4bea2543"
    const part = (name: string, rest = "") =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${rest}\r\n\r\n`
    const body = Buffer.concat([
      Buffer.from(`${part("model")}${hearing}\r\n${part("language")}fr\r\n${part("file", "; filename=\"6b1f.wav\"")}`),
      wav(2),
      Buffer.from(`\r\n--${boundary}--\r\n`)
    ])
    const response = await fetch(`${url}/v1/audio/transcriptions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": `multipart/form-data; boundary=${boundary}` },
      body
    })
    const { text } = await json(response) as unknown as { text: string }
    assert.strictEqual(text, "This is")
  }],
  ["verifies an Ollama by its version", async (place) => {
    const { version } = await json(await get(place, "/api/version")) as unknown as { version: string }
    assert.isString(version)
  }],
  ["finds an Ollama's models and chats in its lines", async (place) => {
    const body = { model: await tagged(place), messages, stream: true, options: { num_predict: 3 }, keep_alive: "5m" }
    const response = await post(place, "/api/chat", {
      ...body,
      messages: messages.map(({ content, role }) => ({
        role,
        content: typeof content === "string" ? content : content[0]!.text
      }))
    })
    assert.match(response.headers.get("content-type")!, /^application\/x-ndjson/)
    const lines = (await response.text()).trimEnd().split("\n")
    assert.deepInclude(JSON.parse(lines.at(-1)!), { done: true, eval_count: 3 })
  }],
  ["embeds with an Ollama", async (place) => {
    const body = { model: await tagged(place), input: ["one", "two"], truncate: true }
    const { embeddings } = await json(await post(place, "/api/embed", body)) as unknown as {
      embeddings: ReadonlyArray<unknown>
    }
    assert.lengthOf(embeddings, 2)
  }]
]
