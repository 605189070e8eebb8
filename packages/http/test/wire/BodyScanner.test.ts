import { assert, describe, it } from "@effect/vitest"
import { BodyError, describe as sentence } from "../../src/wire/BodyError.ts"
import { BodyScanner, type ScannedBody } from "../../src/wire/BodyScanner.ts"
import { agree, outline } from "../fuzz/Agreement.ts"
import { bytewise } from "./Dice.ts"

const scan = (chunks: ReadonlyArray<Buffer>, maxDepth?: number) => {
  const scanner = new BodyScanner(maxDepth)
  for (const chunk of chunks) scanner.push(chunk)
  return scanner.end()
}

const scanText = (text: string) => scan([Buffer.from(text)])

const scanned = (text: string): ScannedBody => {
  const body = scanText(text)
  if (body._tag !== "ScannedBody") assert.fail(`${sentence(body)} ${text}`)
  return body
}

describe("BodyScanner", () => {
  it("finds the same fields at every cut in two of one body", () => {
    const bytes = Buffer.from(
      "{\"mod\\u0065l\":\"é語🚂\",\"stream\" :true,\"x\":[1.5e-3,{\"model\":{}}],\"stream_options\":{\"include_usage\":false},\"n\":2}"
    )
    const whole = outline(scan([bytes]))
    for (let i = 0; i <= bytes.length; i++) {
      assert.deepEqual(outline(scan([bytes.subarray(0, i), bytes.subarray(i)])), whole, `cut at ${i}`)
    }
  })

  it("checks every byte of UTF-8 as a fatal decoder does", () => {
    const lead = [0x00, 0x1f, 0x20, 0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef]
    const bytes = [...lead, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff]
    const rest = [0x22, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0]
    // Long enough to be read four bytes at a time, too.
    for (const padding of ["", "x".repeat(1100)]) {
      for (const a of bytes) {
        for (const b of rest) {
          for (const c of padding === "" ? rest : [0x80]) {
            for (const d of [0x20, 0x80]) {
              const body = Buffer.concat([Buffer.from(`{"a":"${padding}`), Buffer.of(a, b, c, d), Buffer.from("\"}")])
              agree(body, scan([body]), body.toString("latin1"))
              if (padding === "") agree(body, scan(bytewise(body)), body.toString("latin1"))
            }
          }
        }
      }
    }
  }, 30_000)

  it("finds what ends a long string at every alignment", () => {
    for (let padding = 0; padding < 9; padding++) {
      for (const end of ["\"}", "\\n\"}", "\\x\"}", "é\"}", "\u0001\"}", "\u007f\"}", ""]) {
        for (let lag = 0; lag < 4; lag++) {
          const body = `{"a":"${"x".repeat(1200 + padding)}${end}`
          const bytes = Buffer.alloc(lag + Buffer.byteLength(body))
          bytes.write(body, lag)
          agree(bytes.subarray(lag), scan([bytes.subarray(lag)]), `${end} after ${padding}, lag ${lag}`)
        }
      }
    }
  })

  it("looks at each byte once", () => {
    const reads = (length: number, piece: number) => {
      let count = 0
      const bytes = Buffer.from(JSON.stringify({ a: "x\n".repeat(length), model: "m", b: Array(length).fill(10) }))
      const scanner = new BodyScanner()
      for (let at = 0; at < bytes.length; at += piece) {
        scanner.push(
          new Proxy(bytes.subarray(at, at + piece), {
            get: (chunk, name) => {
              const value: unknown = Reflect.get(chunk, name, chunk)
              if (typeof value === "number" && name !== "length") count++
              return typeof value === "function" ? value.bind(chunk) : value
            }
          })
        )
      }
      assert.strictEqual(scanner.end()._tag, "ScannedBody")
      return count / bytes.length
    }
    for (const piece of [1, 7, 500]) {
      // Once a byte; a number's end, and a short name or value of ours, are looked at again.
      assert.isBelow(reads(1000, piece), 2.5)
      assert.approximately(reads(4000, piece), reads(1000, piece), 0.2)
    }
  })

  it("keeps none of a value that is too long to mean anything", () => {
    const chunk: Buffer = Buffer.alloc(1000, "x")
    const long = [Buffer.from("{\"model\":\""), ...Array<Buffer>(100).fill(chunk), Buffer.from("\"}")]
    assert.deepEqual(
      scan(long),
      BodyError.WrongType({ field: "model", expected: "a string of at most 4096 bytes" })
    )
    assert.strictEqual(scan([Buffer.concat(long)])._tag, "WrongType")
  })

  it("recognises a field whose name is written with escapes, and counts it as the same field", () => {
    assert.strictEqual(scanned("{\"\\u006d\\u006f\\u0064\\u0065\\u006c\":\"m\"}").model, "m")
    assert.deepEqual(
      scanText("{\"model\":\"a\",\"mod\\u0065l\":\"b\"}"),
      BodyError.Duplicate({ field: "model", offset: 13 })
    )
    assert.deepEqual(
      scanText("{\"routing-mode\":\"any\",\"routing_mode\":\"any\"}"),
      BodyError.Duplicate({ field: "routing-mode", offset: 22 })
    )
    assert.deepEqual(
      scanText("{\"stream_options\":{\"include_usage\":true,\"include_usage\":false}}"),
      BodyError.Duplicate({ field: "stream_options.include_usage", offset: 40 })
    )
  })

  it("lets foreign fields repeat and nested fields bear our names", () => {
    assert.strictEqual(scanned("{\"x\":1,\"x\":2,\"y\":{\"model\":1,\"model\":2},\"model\":\"m\"}").model, "m")
  })

  const wrong: ReadonlyArray<readonly [string, string]> = [
    ["{\"model\":null}", "model"],
    ["{\"model\":\"\"}", "model"],
    ["{\"model\":[\"m\"]}", "model"],
    ["{\"stream\":\"true\"}", "stream"],
    ["{\"stream\":1}", "stream"],
    ["{\"stream_options\":true}", "stream_options"],
    ["{\"stream_options\":{\"include_usage\":1}}", "stream_options.include_usage"],
    ["{\"priority\":1.5}", "priority"],
    ["{\"priority\":\"1\"}", "priority"],
    ["{\"priority\":[1]}", "priority"],
    ["{\"priority\":1e300}", "priority"],
    ["{\"routing-mode\":3}", "routing-mode"],
    ["{\"routing_mode\":\"\"}", "routing-mode"],
    ["{\"max_tokens\":\"10\"}", "max_tokens"],
    ["{\"max_completion_tokens\":{}}", "max_completion_tokens"],
    ["{\"max_output_tokens\":true}", "max_output_tokens"],
    ["{\"n\":0.5}", "n"]
  ]
  it.each(wrong)("names the field whose type is wrong in %s", (text, field) => {
    const outcome = scanText(text)
    assert.isTrue(outcome._tag === "WrongType" && outcome.field === field, JSON.stringify(outcome))
  })

  it("prefers the newer names of the token limit, and gives what no engine can mean as nothing", () => {
    assert.strictEqual(scanned("{\"max_tokens\":1,\"max_completion_tokens\":2,\"max_output_tokens\":3}").maxTokens, 2)
    assert.strictEqual(scanned("{\"max_tokens\":1,\"max_completion_tokens\":null}").maxTokens, 1)
    assert.strictEqual(scanned("{\"max_tokens\":-1}").maxTokens, undefined)
    assert.strictEqual(scanned("{\"max_tokens\":9007199254740991}").maxTokens, 2 ** 31 - 1)
  })

  it("reads to its greatest depth and no further", () => {
    const nested = (depth: number) => `{"a":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`
    assert.strictEqual(scan([Buffer.from(nested(512))])._tag, "ScannedBody")
    assert.deepEqual(scan([Buffer.from(nested(513))]), BodyError.TooDeep({ offset: 5 + 511, limit: 512 }))
    assert.deepEqual(scan([Buffer.from("{\"a\":{\"b\":{}}}")], 2), BodyError.TooDeep({ offset: 10, limit: 2 }))
    const mixed = "{\"a\":[".repeat(250)
    assert.strictEqual(scanText(`${mixed}${"]}".repeat(250)}`)._tag, "ScannedBody")
    assert.strictEqual(scanText(`${mixed}${"}]".repeat(250)}`)._tag, "Malformed")
  })

  it("says what to change, and where", () => {
    const said = (text: string | Buffer) => {
      const outcome = scan([Buffer.from(text)])
      return outcome._tag === "ScannedBody" ? assert.fail(String(text)) : sentence(outcome)
    }
    assert.include(said("{\"a\":1,}"), "at byte 7, a field name in double quotes was expected")
    assert.include(said("{a:1}"), "a field name in double quotes or `}`")
    assert.include(said("\ufeff{}"), "without a byte order mark")
    assert.include(said("{\"a\":01}"), "`,` or the closing bracket")
    assert.include(said("{} {}"), "nothing more")
    assert.include(said("{\"a\":NaN}"), "a value")
    assert.include(said("[1]"), "not an object")
    assert.include(said("{\"a\":"), "ends at byte 5")
    assert.include(said(""), "ends at byte 0")
    assert.include(said("{\"stream\":1}"), "`stream`")
    assert.include(said("{\"n\":1,\"n\":1}"), "a second time")
  })

  it("stays with its first error", () => {
    const scanner = new BodyScanner()
    const first = scanner.push(Buffer.from("{]"))
    assert.strictEqual(first?._tag, "Malformed")
    assert.strictEqual(scanner.push(Buffer.from("{}")), first)
    assert.strictEqual(scanner.end(), first)
  })
})
