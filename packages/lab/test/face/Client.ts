/** A plain HTTP client for the tests of the simulated server's face. */
import type { SimulatedServer } from "@aiguilleur/lab/face/SimulatedServer"
import { Data, Effect } from "effect"

export class Broken extends Data.TaggedError("Broken")<{ readonly cause: unknown }> {}

export interface Asked {
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly method?: string
}

const chat = { model: "simulated", messages: [{ role: "user", content: "Say it." }], max_tokens: 8 }

export const streamed = { ...chat, stream: true, stream_options: { include_usage: true } }

/** The head of an answer; the body is still to be read. Interruption closes the connection. */
export const open = (server: SimulatedServer, asked: Asked = {}) =>
  Effect.tryPromise({
    try: (signal) =>
      fetch(server.url + (asked.path ?? "/v1/chat/completions"), {
        method: asked.method ?? "POST",
        headers: { "content-type": "application/json", ...asked.headers },
        body: asked.method === "GET"
          ? null
          : typeof asked.body === "string"
          ? asked.body
          : JSON.stringify({ ...chat, ...(asked.body as object | undefined) }),
        signal
      }),
    catch: (cause) => new Broken({ cause })
  })

/** The whole answer. */
export const ask = Effect.fnUntraced(function*(server: SimulatedServer, asked: Asked = {}) {
  const response = yield* open(server, asked)
  const text = yield* Effect.tryPromise({ try: () => response.text(), catch: (cause) => new Broken({ cause }) })
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) }
})

export const get = (server: SimulatedServer, path: string, headers: Readonly<Record<string, string>> = {}) =>
  ask(server, { method: "GET", path, headers })

/** All that comes before the connection breaks, and whether it did. */
export const rest = (response: Response) =>
  Effect.promise(async () => {
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ""
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return { text, broken: false }
        text += value
      }
    } catch {
      return { text, broken: true }
    }
  })

/** The data of each whole event. */
export const events = (text: string): Array<string> =>
  text.split("\n\n").slice(0, -1).map((event) => event.replace(/^data: /, ""))

/** What the events of a chat say. */
export const said = (text: string): string =>
  events(text).filter((data) => data.startsWith("{\"id\"") && data.endsWith("}")).map((data) =>
    JSON.parse(data).choices[0]?.delta.content ?? ""
  ).join("")
