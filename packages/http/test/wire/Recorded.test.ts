import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { fileURLToPath } from "node:url"
import { protocolOf } from "../../src/StreamProtocol.ts"
import { AnswerUsage } from "../../src/wire/AnswerUsage.ts"
import { cut, Dice } from "./Dice.ts"

const page = (name: string) =>
  fs.readFileSync(fileURLToPath(new URL(`../../../../fixtures/wire/${name}`, import.meta.url)))

const answers: ReadonlyArray<readonly [name: string, prompt: number | undefined, completion: number | undefined]> = [
  ["ollama-0.17.4/chat.json", 9, 6],
  ["ollama-0.17.4/completion.json", 2, 6],
  ["ollama-0.17.4/responses.json", 3, 6],
  ["ollama-0.17.4/messages.json", 9, 6],
  ["ollama-0.17.4/native-chat.json", 9, 6],
  ["llama-cpp-python-0.3.36/chat.json", 18, 6],
  ["llama-cpp-python-0.3.36/completion.json", 2, 6],
  ["faster-whisper-1.2.1/transcription.txt", undefined, undefined]
]

const streams: ReadonlyArray<readonly [name: string, type: string, prompt: number | undefined, completion: number]> = [
  ["ollama-0.17.4/chat-stream.txt", "text/event-stream", 9, 6],
  ["ollama-0.17.4/native-chat-stream.txt", "application/x-ndjson", 9, 6],
  ["ollama-0.17.4/native-generate-stream.txt", "application/x-ndjson", 2, 6],
  ["llama-cpp-python-0.3.36/chat-stream.txt", "text/event-stream", undefined, 6]
]

describe("What real engines answered", () => {
  it.each(answers)("in one piece is settled: %s", (name, prompt, completion) => {
    const usage = new AnswerUsage()
    for (const chunk of cut(page(name), new Dice(1), 5)) usage.push(chunk)
    const report = usage.report()
    assert.deepStrictEqual([report.promptTokens, report.completionTokens], [prompt, completion])
    assert.isEmpty(report.absurd)
  })

  it.each(streams)("in a stream is settled, and has its last word: %s", (name, type, prompt, completion) => {
    const protocol = protocolOf("chat", { "content-type": type })!
    const usage = protocol.reading()
    let ended = false
    const pieces = protocol.pieces((event) => {
      usage.observe(event)
      ended ||= protocol.ends(event)
      return true
    })
    for (const chunk of cut(page(name), new Dice(2), 9)) pieces.push(chunk)
    pieces.end()
    assert.isTrue(ended)
    assert.strictEqual(usage.report().promptTokens, prompt)
    assert.strictEqual(usage.outputTokens(true), completion)
  })

  it("of a transcription is settled by the second", () => {
    for (const name of ["transcription.json", "transcription.verbose.json"]) {
      const usage = new AnswerUsage()
      usage.push(page(`faster-whisper-1.2.1/${name}`))
      assert.isAbove(usage.report().seconds!, 5)
    }
  })
})
