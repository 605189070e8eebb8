/** A SIMULATED chat model that answers what it is asked in the form that is asked for, or in any form that a test gives it. */
import { Effect } from "effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

export type Kind = "summary" | "metadata" | "quiz" | "notes" | "lines" | "text" | "evaluation"

export interface Asked {
  readonly kind: Kind
  readonly prompt: string
  readonly messages: ReadonlyArray<{ readonly role: string; readonly content: string }>
  readonly format: string | undefined
  /** Where the format is one with a schema. */
  readonly schema: { readonly [name: string]: unknown } | undefined
}

export interface ScriptedChat {
  readonly url: string
  readonly asked: Array<Asked>
}

/** The whole content of an answer, or a status to refuse with; undefined for the usual one. `n` counts from 1 by kind. */
export type Script = (asked: Asked, n: number) => string | number | undefined

const kinds = {
  summary: "summary",
  title: "metadata",
  questions: "quiz",
  notes: "notes",
  lines: "lines",
  isRelated: "evaluation"
} as const

/** By the member that the end of the prompt asks for. */
const kindOf = (prompt: string): Kind => {
  const wish = prompt.slice(prompt.lastIndexOf("\n\n"))
  return Object.entries(kinds).find(([member]) => wish.includes(`"${member}"`))?.[1] ?? "text"
}

/** What is between the first and the last empty line: the text that the prompt is about. */
const subjectOf = (prompt: string): string => prompt.split("\n\n").slice(1, -1).join("\n\n")

const numbers = (prompt: string): ReadonlyArray<number> =>
  [...prompt.matchAll(/^\[(\d+)\]/gm)].map(([, number]) => Number(number))

export const usual = ({ kind, prompt }: Asked): string => {
  const [first = 1] = numbers(prompt)
  switch (kind) {
    case "summary":
      return JSON.stringify({ summary: "A part in short." })
    case "metadata":
      return JSON.stringify({
        title: "A lecture",
        description: "What it is about.",
        topics: ["one", "two"],
        discipline: /"([^"]+)"/.exec(prompt.split("list: ")[1] ?? prompt.split("liste : ")[1] ?? "")?.[1] ?? null,
        mediaType: "nothing on the list"
      })
    case "quiz":
      return JSON.stringify({
        questions: [{
          question: "What is said?",
          choices: ["This", "That", "Nothing", "All"],
          correct: 1,
          explanation: "It is said.",
          first,
          last: first
        }]
      })
    case "notes":
      return JSON.stringify({ notes: "## Notes\n- a point" })
    case "lines":
      return JSON.stringify({
        lines: [...prompt.matchAll(/^\[\d+\] (.*)$/gm)].map(([, line]) => `«${line}»`)
      })
    case "text":
      return JSON.stringify({ text: `«${subjectOf(prompt)}»` })
    case "evaluation":
      return JSON.stringify({ isRelated: true, isQuestion: true })
  }
}

export const start = Effect.fnUntraced(function*(script: Script = () => undefined) {
  const asked: Array<Asked> = []
  const server = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      if (request.method === "GET") return response.writeHead(200).end(JSON.stringify({ data: [{ id: "chat" }] }))
      const body = JSON.parse(Buffer.concat(chunks).toString())
      const prompt: string = body.messages.findLast(({ content, role }: { content: string; role: string }) =>
        role === "user" && /JSON object|objet JSON|\{"/.test(content)
      )?.content ?? ""
      const one = {
        kind: kindOf(prompt),
        prompt,
        messages: body.messages,
        format: body.response_format?.type,
        schema: body.response_format?.json_schema?.schema
      }
      asked.push(one)
      const answer = script(
        one,
        asked.filter(({ kind }) =>
          kind === one.kind
        ).length
      ) ?? usual(one)
      if (typeof answer === "number") {
        return response.writeHead(answer, { "content-type": "application/json" }).end(
          JSON.stringify({ error: { message: "no", type: "invalid_request_error" } })
        )
      }
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({
        id: "chatcmpl-scripted",
        object: "chat.completion",
        choices: [{ index: 0, message: { role: "assistant", content: answer }, finish_reason: "stop" }],
        usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
      }))
    })
  })
  yield* Effect.acquireRelease(
    Effect.promise(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))),
    () =>
      Effect.promise(() => {
        server.closeAllConnections()
        return new Promise((resolve) => server.close(resolve))
      })
  )
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, asked } satisfies ScriptedChat
})
