import { assert, describe, it } from "@effect/vitest"
import { runs, works } from "../../../core/test/fuzz/Fuzz.ts"
import { bytesOf, cuts, pumped, splits, textOf } from "../../../core/test/fuzz/Inputs.ts"
import { assertLinear } from "../../../core/test/fuzz/Work.ts"
import { EventStream, Oversize } from "../../src/wire/EventStream.ts"
import { dataOf, nameOf } from "../../src/wire/ServerEvent.ts"
import { StreamUsage } from "../../src/wire/StreamUsage.ts"

const fragments = [
  "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n",
  "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":5}}\n\n",
  "data: {\"error\":{\"code\":500}}\n\n",
  "data: [DONE]\n\n",
  "event: error\n",
  "event: done\r\n",
  "data",
  "data:",
  ":",
  " ",
  "\n",
  "\r",
  "\r\n",
  "\n\n",
  "\"usage\"",
  "\"usage\":{",
  "\"content\":\"",
  "\ufeff",
  "{",
  "}",
  "null",
  "id: 7",
  "é"
]

const any = bytesOf(textOf(fragments))

const relay = (chunks: ReadonlyArray<Buffer>, limit?: number) => {
  const seen: Array<readonly [kind: string, data: string, name: string]> = []
  const usage = new StreamUsage()
  const stream = new EventStream((event) => {
    usage.observe(event)
    return seen.push([event.kind, dataOf(event), nameOf(event)]) > 0
  }, limit)
  const out: Array<Buffer> = []
  let oversize = false
  for (const chunk of chunks) {
    const passed = stream.push(chunk)
    oversize ||= passed instanceof Oversize
    out.push(Buffer.from(passed instanceof Oversize ? passed.passed : passed))
  }
  out.push(stream.end())
  return { seen, oversize, bytes: Buffer.concat(out).toString("latin1"), usage: usage.report(), held: stream.held }
}

/** As the standard has it: the data of an event are its `data` lines, joined; comments and other fields say nothing. */
const standard = (text: string): ReadonlyArray<string> =>
  text.replace(/^\ufeff/, "").split(/\r\n\r\n|\r\n\n|\n\r\n|\n\n|\n\r(?!\n)|\r\r\n|\r\r|\r\n\r(?!\n)/).map((event) =>
    event.split(/\r\n|\r|\n/).flatMap((line) => /^data(?:$|: ?(.*))/s.exec(line)?.slice(1) ?? []).map((said) =>
      said ?? ""
    ).join("\n")
  ).filter((data) => data !== "")

describe("EventStream, fuzzed", () => {
  it.prop("sees the same events wherever a stream is cut, and lets every byte pass", [any, cuts], ([bytes, at]) => {
    const whole = relay([bytes])
    assert.strictEqual(whole.bytes, bytes.toString("latin1"))
    for (const chunks of splits(bytes, at)) assert.deepStrictEqual(relay(chunks), whole)
  }, runs())

  it.prop(
    "hears what a reader by the standard hears",
    [textOf(fragments.filter((each) => each !== "\ufeff"))],
    ([text]) => {
      const heard = relay([Buffer.from(text)]).seen.map(([, data]) => data).filter((data) => data !== "")
      assert.deepStrictEqual(heard, standard(Buffer.from(text).toString()))
    },
    runs()
  )

  it.prop(
    "refuses the same event whichever way it comes, and holds no more than its limit",
    [any, cuts],
    ([bytes, at]) => {
      const limit = 40
      const whole = relay([bytes], limit)
      for (const chunks of splits(bytes, at)) {
        const parts = relay(chunks, limit)
        assert.strictEqual(parts.oversize, whole.oversize)
        assert.strictEqual(parts.bytes, whole.bytes)
        assert.isAtMost(parts.held, limit)
      }
    },
    runs(200)
  )

  it.prop("works in proportion to the stream", [pumped(fragments)], ([input]) => {
    assertLinear(input, (text) => relay([Buffer.from(text)]))
    assertLinear(input, (text) => relay(Array.from(Buffer.from(text), (byte) => Buffer.of(byte))), 800)
  }, works)

  it("counts no line feed to an event that came without it as well", () => {
    for (const end of ["\n\n", "\r\n\r\n", "\n\r\n", "\r\r\n", "\n\r"]) {
      for (const length of [36, 37, 38, 39, 40]) {
        const bytes = Buffer.from(`${"x".repeat(length)}${end}data`)
        const whole = relay([bytes], 40)
        for (let at = 0; at <= bytes.length; at++) {
          const { bytes: passed, oversize } = relay([bytes.subarray(0, at), bytes.subarray(at)], 40)
          assert.deepStrictEqual([passed, oversize], [whole.bytes, whole.oversize])
        }
      }
    }
  })
})
