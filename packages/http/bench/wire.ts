/**
 * Microseconds that the wire modules take, beside JSON.parse of the same bytes: `node packages/http/bench/wire.ts`.
 * They are of CPU, because other work on the machine falsifies the clock more.
 */
import { cpus } from "node:os"
import { AnswerUsage } from "../src/wire/AnswerUsage.ts"
import { BodyScanner } from "../src/wire/BodyScanner.ts"
import { EventStream } from "../src/wire/EventStream.ts"
import { askForUsage, join, replace, splice } from "../src/wire/Splice.ts"
import { StreamUsage } from "../src/wire/StreamUsage.ts"

const measure = (name: string, times: number, run: () => unknown): void => {
  const rounds: Array<number> = []
  for (let round = 0; round < 7; round++) {
    const start = process.cpuUsage()
    for (let i = 0; i < times; i++) run()
    const { system, user } = process.cpuUsage(start)
    rounds.push((user + system) / times)
  }
  rounds.sort((a, b) => a - b)
  console.log(`${name.padEnd(62)} ${rounds[3]!.toFixed(2).padStart(9)} µs`)
}

const body = (length: number, text: string) => {
  const fields = { model: "mistral31-24b", stream: true, temperature: 0.7, max_tokens: 512 }
  const message = { role: "user", content: text.repeat(Math.ceil(length / text.length)).slice(0, length) }
  return Buffer.from(JSON.stringify({ ...fields, messages: [{ role: "system", content: "Be brief." }, message] }))
}

const chunksOf = (bytes: Buffer, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))

const scan = (chunks: ReadonlyArray<Buffer>) => {
  const scanner = new BodyScanner()
  for (const chunk of chunks) scanner.push(chunk)
  return scanner.end()
}

const rewrite = (chunks: ReadonlyArray<Buffer>) => {
  const scanned = scan(chunks)
  if (scanned._tag !== "ScannedBody") throw new Error(scanned._tag)
  const model = replace(scanned.members.get("model")!, "\"mistralai/Mistral-Small-3.1-24B\"")
  const usage = askForUsage(scanned)
  return join(splice(chunks, scanned, usage === undefined ? [model] : [model, usage]))
}

console.log(`${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus()[0]?.model ?? "unknown"}`)

const english = "The quick brown fox jumps over the lazy dog, said the pointsman. "
const french = "L’aiguilleur dérègle à peine l’été où naît la forêt : ça, déjà, gêne. "
for (
  const [name, text, length] of [["400 B", english, 240], ["100 KB", english, 1e5], [
    "100 KB accented",
    french,
    8e4
  ]] as const
) {
  const chunks = chunksOf(body(length, text), 65_536)
  const whole = Buffer.concat(chunks)
  const times = Math.ceil(2e7 / (whole.length + 500))
  measure(`${name} body (${whole.length} bytes): JSON.parse`, times, () => JSON.parse(whole.toString()))
  measure(`${name} body: scan`, times, () => scan(chunks))
  measure(`${name} body: scan, change the model, ask for usage, join`, times, () => rewrite(chunks))
}

const words = chunksOf(body(1e5, english), 100).map((_, i) =>
  Buffer.from(
    `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"word${i}"},"logprobs":null,"finish_reason":null}],"usage":null}\n\n`
  )
)
const usage = new StreamUsage()
const stream = new EventStream((event) => usage.observe(event) !== "usage-only")
measure(`one event of ${words[0]!.length} bytes: frame, classify, read usage`, 100_000, () => stream.push(words[3]!))
measure(`one event of ${words[0]!.length} bytes: JSON.parse`, 100_000, () => JSON.parse(words[3]!.toString("utf8", 6)))
const fused = Buffer.concat(words.slice(0, 20))
measure(`20 events in a chunk of ${fused.length} bytes`, 10_000, () => stream.push(fused))
const split = fused.length - 100
measure("the same 20, cut in the last event", 10_000, () => {
  stream.push(fused.subarray(0, split))
  return stream.push(fused.subarray(split))
})

const answer = Buffer.from(JSON.stringify({
  id: "chatcmpl-1",
  choices: [{ index: 0, message: { role: "assistant", content: english.repeat(20) }, finish_reason: "stop" }],
  usage: { prompt_tokens: 10, completion_tokens: 300, total_tokens: 310 }
}))
measure(`usage of an answer of ${answer.length} bytes`, 20_000, () => {
  const reader = new AnswerUsage()
  reader.push(answer)
  return reader.report()
})
measure("the same by JSON.parse", 20_000, () => JSON.parse(answer.toString()).usage)
