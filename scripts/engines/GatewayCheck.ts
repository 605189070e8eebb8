/** The official SDK, through a gateway in a process of its own, against the engines that could be had. */
import { createReadStream, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import OpenAI, { NotFoundError } from "openai"
import type { RealEngine } from "./RealEngine.ts"
import { freePort, launch } from "./RealEngine.ts"
import { messages } from "./Recording.ts"
import type { Report } from "./Report.ts"
import { assert } from "./Report.ts"
import type { Speech } from "./Speech.ts"
import * as Workshop from "./Workshop.ts"

const secret = "test-secret-of-a-key"

const publicName = ({ kind, model }: RealEngine): string => `${model}-by-${kind}`

const configuration = (engines: ReadonlyArray<RealEngine>): string =>
  [
    "organisations:",
    "  - { name: test, weight: 1 }",
    "models:",
    ...engines.flatMap((engine) => [
      `  - name: ${publicName(engine)}`,
      `    model: ${engine.model}`,
      "    strategy: least-busy",
      "    policy: performance",
      "    ttftThreshold: 60 seconds",
      "    servers:",
      `      - { url: "${engine.url}", kind: ${engine.kind}, organisation: test, site: test, maxConcurrent: 1 }`
    ]),
    "keys:",
    `  - { name: test, organisation: test, priority: 5, secret: "${secret}" }`,
    ""
  ].join("\n")

const chats = async (engine: RealEngine, openai: OpenAI, { check }: Report): Promise<void> => {
  const request = {
    model: publicName(engine),
    messages: [...messages],
    max_tokens: 32,
    temperature: 0
  }
  await check(`${engine.title}: a chat`, async () => {
    const { choices, usage } = await openai.chat.completions.create(request)
    assert((usage?.completion_tokens ?? 0) > 0, "no usage")
    return `${
      JSON.stringify(choices[0]?.message.content)
    }, ${usage?.prompt_tokens} + ${usage?.completion_tokens} tokens`
  })
  await check(`${engine.title}: a stream, without a usage that was not asked for`, async () => {
    const stream = await openai.chat.completions.create({ ...request, stream: true })
    let [text, events, usages] = ["", 0, 0]
    for await (const { choices, usage } of stream) {
      text += choices[0]?.delta.content ?? ""
      events += 1
      if (usage) usages += 1
    }
    assert(text !== "" && usages === 0, `${usages} usages, ${JSON.stringify(text)}`)
    return `${events} events, ${JSON.stringify(text)}`
  })
  await check(`${engine.title}: a stream that the client leaves`, async () => {
    const stream = await openai.chat.completions.create({ ...request, max_tokens: 1500, stream: true })
    await stream[Symbol.asyncIterator]().next()
    stream.controller.abort()
    const { choices } = await openai.chat.completions.create({ ...request, max_tokens: 2 })
    assert(choices.length === 1, "the slot was not free")
  })
}

const post = (url: string, path: string, body: unknown): Promise<Response> =>
  fetch(url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: JSON.stringify(body)
  })

/** What clients of Ollama's own API ask, and the two other protocols that it speaks. */
const natives = async (engine: RealEngine, url: string, { check }: Report): Promise<void> => {
  const model = publicName(engine)
  const options = { num_predict: 16, temperature: 0 }
  await check(`${engine.title}: its own list of models`, async () => {
    const answer = await fetch(`${url}/api/tags`, { headers: { authorization: `Bearer ${secret}` } })
    const { models } = await answer.json() as { models: ReadonlyArray<{ name: string }> }
    assert(models.some(({ name }) => name === `${model}:latest`), JSON.stringify(models))
  })
  for (
    const [path, body] of [["/api/chat", { messages }], ["/api/generate", { prompt: messages[0]!.content }]] as const
  ) {
    await check(`${engine.title}: ${path} in lines, with counts in the last`, async () => {
      const lines = (await (await post(url, path, { model, options, ...body })).text()).trimEnd().split("\n")
      const last = JSON.parse(lines.at(-1)!)
      assert(last.done === true && last.eval_count > 0, lines.at(-1)!)
      return `${lines.length} lines, ${last.prompt_eval_count} + ${last.eval_count} tokens`
    })
  }
  await check(`${engine.title}: a response, streamed`, async () => {
    const body = { model, input: messages[0]!.content, max_output_tokens: 16, stream: true }
    const text = await (await post(url, "/v1/responses", body)).text()
    assert(
      /event: response\.(?:completed|incomplete)\n/.test(text) && !text.includes("stream_broken"),
      text.slice(-300)
    )
  })
  await check(`${engine.title}: a message of Anthropic's, streamed`, async () => {
    const text = await (await post(url, "/v1/messages", { model, messages, max_tokens: 16, stream: true })).text()
    assert(text.includes("event: message_stop") && !text.includes("stream_broken"), text.slice(-300))
  })
}

const formats = ["json", "text", "srt", "vtt", "verbose_json"] as const

const transcriptions = async (
  engine: RealEngine,
  openai: OpenAI,
  speeches: ReadonlyArray<Speech>,
  { check }: Report
): Promise<void> => {
  for (const { file, heard, language } of speeches) {
    for (const response_format of formats) {
      await check(`${engine.title}: ${language} as ${response_format}`, async () => {
        const answer: unknown = await openai.audio.transcriptions.create({
          file: createReadStream(file),
          model: publicName(engine),
          language,
          response_format
        })
        const text = typeof answer === "string" ? answer : String(Object(answer).text)
        assert(heard.test(text.replaceAll("\n", " ")), `heard ${JSON.stringify(answer)}`)
        return JSON.stringify(text)
      })
    }
  }
}

export const run = async (
  engines: ReadonlyArray<RealEngine>,
  speeches: ReadonlyArray<Speech>,
  report: Report
): Promise<void> => {
  const file = join(Workshop.folder, "gateway.yaml")
  mkdirSync(Workshop.folder, { recursive: true })
  writeFileSync(file, configuration(engines))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const gateway = await launch("gateway", process.execPath, [
    join(Workshop.root, "packages/http/src/main.ts"),
    "serve",
    "--config",
    file,
    "--port",
    String(port)
  ], `${url}/health/readiness`)
  const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: secret, maxRetries: 0 })
  try {
    await report.check("the models are listed", async () => {
      const listed = (await openai.models.list()).data.map(({ id }) => id)
      assert(engines.every((engine) => listed.includes(publicName(engine))), listed.join(", "))
      return listed.join(", ")
    })
    await report.check("a model that nobody has is unknown", async () => {
      const error: unknown = await openai.chat.completions.create({ model: "stranger", messages: [] }).catch((error) =>
        error
      )
      assert(error instanceof NotFoundError, String(error))
    })
    for (const engine of engines) {
      if (engine.work === "chat") await chats(engine, openai, report)
      if (engine.kind === "ollama") await natives(engine, url, report)
      if (engine.work === "transcription") await transcriptions(engine, openai, speeches, report)
    }
  } finally {
    await gateway.stop()
  }
}
