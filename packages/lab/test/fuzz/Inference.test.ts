import { assert, describe, it } from "@effect/vitest"
import { Arbitrary } from "effect"
import { runs, works } from "../../../core/test/fuzz/Fuzz.ts"
import { among, anyText, bytesOf, inherited, oneOf, pumped, textOf } from "../../../core/test/fuzz/Inputs.ts"
import { assertLinear } from "../../../core/test/fuzz/Work.ts"
import * as AudioForm from "../../src/face/AudioForm.ts"
import * as Fault from "../../src/face/Fault.ts"
import * as Inference from "../../src/face/Inference.ts"
import * as Question from "../../src/face/Question.ts"

const limits: Question.Limits = {
  models: ["m"],
  maxModelLen: 4096,
  defaultTokens: 16,
  maxTokens: 1024,
  priorityScheduling: true,
  prefixCaching: true
}

const leaf: Arbitrary.Arbitrary<unknown> = oneOf<unknown>(
  among<unknown>(["m", "a b c", 0, 3, -1, 1.5, 1e300, true, null, "", "required", { toString: 1 }, {
    name: { toString: 1 }
  }]),
  anyText
)

const some = Arbitrary.array(
  oneOf<unknown>(
    leaf,
    Arbitrary.map(leaf, (content) => ({ content })),
    Arbitrary.map(leaf, (name) => ({ function: { name } }))
  ),
  { maxLength: 3 }
)

const names = [
  "model",
  "messages",
  "prompt",
  "input",
  "priority",
  "max_tokens",
  "stream",
  "stream_options",
  "tools",
  "tool_choice"
]

const body = Arbitrary.map(
  Arbitrary.array(
    Arbitrary.all([
      among([...names, ...inherited]),
      oneOf<unknown>(leaf, some, Arbitrary.map(leaf, (name) => ({ function: { name } })))
    ]),
    { maxLength: 6 }
  ),
  (members) => ({ messages: [{ content: "hello" }], prompt: "hello", input: "hello", ...Object.fromEntries(members) })
)

const fragments = [
  "--x",
  "\r\n",
  "\r\n\r\n",
  "Content-Disposition: form-data; name=\"file\"; filename=\"a\"",
  "Content-Disposition: form-data; name=\"model\"",
  " name=\"",
  "\"",
  ";",
  "RIFF",
  "data",
  "\u00ff",
  "m"
]

const wav = (rate: string) => `RIFF\0\0\0\0WAVEfmt ${"\0".repeat(12)}${rate}${"\0".repeat(4)}data\0\0\0\0abc`

/** With a file of audio, whose head says how fast its bytes go by. */
const upload = Arbitrary.map(
  Arbitrary.all([among(["\0\0\0\0", "\0}\0\0", "\u00ff\u00ff\u00ff\u00ff"]), textOf(fragments, 4)]),
  ([rate, rest]) =>
    `--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n${wav(rate)}${rest}\r\n--x--\r\n`
)

const header = textOf(["close", "slow-prefill", "=", "5", "1e400", ";", ",", " ", "-a", "status=503", ...inherited], 6)

describe("What a simulated engine is asked, fuzzed", () => {
  it.prop("is understood or refused", [body], ([given]) => {
    for (const kind of ["chat", "text", "embedding"] as const) {
      const read = Question.read(kind, given, limits)
      if ("status" in read) {
        assert.include([400, 404], read.status)
        continue
      }
      assert.isTrue(Number.isInteger(read.promptTokens) && read.promptTokens >= 0)
      assert.isTrue(Number.isInteger(read.outputTokens) && read.outputTokens <= limits.maxModelLen)
    }
  }, runs())

  it.prop("is a form, JSON or a text, and audio of some length where it is a form", [
    oneOf(bytesOf(textOf(fragments), "latin1"), bytesOf(upload, "latin1")),
    oneOf(
      among(["multipart/form-data; boundary=x", "multipart/form-data; boundary=x", "application/json"]),
      textOf(["multipart/form-data", ";", " boundary=", "x", "\""])
    )
  ], ([bytes, type]) => {
    const audio = AudioForm.read(Inference.parse(type, bytes))
    if ("seconds" in audio) assert.isTrue(Number.isFinite(audio.seconds) && audio.seconds >= 0, String(audio.seconds))
    else assert.isAtLeast(audio.status, 400)
  }, runs())

  it.prop("asks for faults in a header, or for none that exists", [oneOf(header, anyText)], ([text]) => {
    const asked = Fault.parse(text)
    if ("unknown" in asked) return assert.include(text, asked.unknown)
    for (const value of Object.values(asked)) assert.isTrue(value === true || Number.isFinite(value))
  }, runs())

  it.prop("takes work in proportion to its length", [pumped(fragments)], ([input]) => {
    assertLinear(input, (text) => Inference.parse("multipart/form-data; boundary=x", Buffer.from(text, "latin1")))
    assertLinear(
      { ...input, before: `multipart/form-data${input.before}` },
      (text) => Inference.parse(text, Buffer.from("a"))
    )
    assertLinear(input, (text) => [Fault.parse(text), Question.read("chat", { messages: [{ content: text }] }, limits)])
  }, works)

  it("names a tool by a text alone", () => {
    const tools = [{ function: { name: { toString: 1 } } }]
    const read = Question.read("chat", { messages: [{ content: "a" }], tools, tool_choice: "required" }, limits)
    assert.isTrue("status" in read || read.tool === undefined)
  })
})
