import { assert, describe, it } from "@effect/vitest"
import { BodyScanner, type ScannedBody } from "../../src/wire/BodyScanner.ts"
import { askForUsage, type Edit, insert, join, remove, replace, splice } from "../../src/wire/Splice.ts"
import { cut, Dice } from "./Dice.ts"
import { firstLevel, randomBody } from "./RandomBody.ts"

const scan = (chunks: ReadonlyArray<Buffer>): ScannedBody | undefined => {
  const scanner = new BodyScanner()
  for (const chunk of chunks) scanner.push(chunk)
  const body = scanner.end()
  return body._tag === "ScannedBody" ? body : undefined
}

const edited = (text: string, edits: (body: ScannedBody) => ReadonlyArray<Edit>) => {
  const chunks = [Buffer.from(text)]
  const body = scan(chunks)!
  return Buffer.from(join(splice(chunks, body, edits(body)))).toString()
}

describe("splice", () => {
  it("changes the members it is asked to, and no other byte, wherever the body was cut", () => {
    let cases = 0
    for (let seed = 0; seed < 4000; seed++) {
      const dice = new Dice(seed)
      const text = randomBody(dice)
      const bytes = Buffer.from(text)
      const chunks = cut(bytes, dice, 1 + dice.below(6))
      const body = scan(chunks)
      if (body === undefined) continue
      cases++
      const before = firstLevel(text)
      const edits: Array<Edit> = []
      const after: Array<string> = before.map(({ written }) => written)
      for (const member of body.members.values()) {
        const { end, start } = member.value
        const act = dice.below(3)
        if (act === 0) {
          edits.push(remove(member))
          after[member.ordinal] = ""
        } else if (act === 1) {
          edits.push(replace(member, "{\"new\": [1]}"))
          const written = bytes.subarray(member.name, start).toString()
          assert.strictEqual(before[member.ordinal]!.written, written + bytes.subarray(start, end).toString())
          after[member.ordinal] = `${written}{"new": [1]}`
        }
      }
      const first = Array.from({ length: dice.below(3) }, (_, i) => `f${i}`)
      const last = Array.from({ length: dice.below(3) }, (_, i) => `l${i}`)
      edits.push(...first.map((name) => insert(name, "1", "first")), ...last.map((name) => insert(name, "2")))
      edits.sort(() => dice.next() - 0.5)
      const result = splice(chunks, body, edits)
      const rewritten = Buffer.concat(result.chunks)
      assert.strictEqual(rewritten.length, result.length, `seed ${seed}`)
      assert.doesNotThrow(() => void JSON.parse(rewritten.toString()), undefined, `seed ${seed}`)
      const names = (edits: ReadonlyArray<string>) => edits.toSorted()
      const members = firstLevel(rewritten.toString()).map(({ written }) => written)
      const kept = after.filter((written) => written !== "")
      assert.deepEqual(members.slice(first.length, first.length + kept.length), kept, `seed ${seed}`)
      assert.deepEqual(names(members.slice(0, first.length)), first.map((name) => `"${name}":1`), `seed ${seed}`)
      assert.deepEqual(
        names(members.slice(first.length + kept.length)),
        last.map((name) => `"${name}":2`),
        `seed ${seed}`
      )
      assert.deepEqual(Buffer.concat(chunks), bytes, "the received bytes are as they were")
    }
    assert.isAbove(cases, 2000)
  }, 30_000)

  it("gives what was received when there is nothing to change", () => {
    const chunks = [Buffer.from("{\"model\""), Buffer.from(":\"m\"}")]
    const result = splice(chunks, scan(chunks)!, [])
    assert.strictEqual(result.chunks, chunks)
    assert.strictEqual(result.length, 13)
  })

  it("copies nothing of what stays", () => {
    const chunks = [Buffer.from("{\"model\":\"m\",\"a\":"), Buffer.from("\"untouched\""), Buffer.from("}")]
    const body = scan(chunks)!
    const result = splice(chunks, body, [replace(body.members.get("model")!, "\"n\"")])
    assert.strictEqual(result.chunks[0]!.buffer, chunks[0]!.buffer)
    assert.strictEqual(result.chunks.at(-2), chunks[1])
    assert.strictEqual(result.chunks.at(-1), chunks[2])
  })

  it("keeps big integers, key order, spelling and white space", () => {
    assert.strictEqual(
      edited(
        "{ \"seed\" : 12345678901234567890,\n  \"model\" : \"a\", \"x\":1.0, \"\\u0061\":\"\\u00e9\" }\n",
        (body) => [replace(body.members.get("model")!, "\"b\"")]
      ),
      "{ \"seed\" : 12345678901234567890,\n  \"model\" : \"b\", \"x\":1.0, \"\\u0061\":\"\\u00e9\" }\n"
    )
  })

  const removals: ReadonlyArray<readonly [string, string]> = [
    ["{\"n\":1}", "{}"],
    ["{ \"n\" : 1 }", "{  }"],
    ["{\"n\":1, \"a\":2}", "{\"a\":2}"],
    ["{\"a\":2, \"n\":1}", "{\"a\":2}"],
    ["{\"a\":2, \"n\":1, \"b\":3}", "{\"a\":2, \"b\":3}"],
    ["{\"n\":1,\"priority\":2}", "{}"],
    ["{\"n\":1,\"priority\":2,\"a\":3,\"stream\":true}", "{\"a\":3}"],
    ["{\"n\":1,\"a\":3,\"stream\":true,\"priority\":2,\"b\":4}", "{\"a\":3,\"b\":4}"]
  ]
  it.each(removals)("removes every owned member of %s", (text, left) => {
    assert.strictEqual(edited(text, (body) => [...body.members.values()].map(remove)), left)
  })

  it("inserts into an empty object, and beside members that are removed", () => {
    assert.strictEqual(edited("{}", () => [insert("a", "1")]), "{\"a\":1}")
    assert.strictEqual(edited("{ }", () => [insert("a", "1", "first"), insert("b", "2")]), "{\"a\":1 ,\"b\":2}")
    const both = (body: ScannedBody) => [insert("a", "1"), remove(body.members.get("n")!), insert("b", "2", "first")]
    assert.strictEqual(edited("{\"n\":1}", both), "{\"b\":2,\"a\":1}")
    assert.strictEqual(edited("{\"n\":1}", (body) => both(body).slice(0, 2)), "{\"a\":1}")
  })

  const asked: ReadonlyArray<readonly [string, string]> = [
    ["{}", "{\"stream_options\":{\"include_usage\":true}}"],
    ["{\"model\":\"m\"}", "{\"model\":\"m\",\"stream_options\":{\"include_usage\":true}}"],
    ["{\"stream_options\":null}", "{\"stream_options\":{\"include_usage\":true}}"],
    ["{\"stream_options\":{ }}", "{\"stream_options\":{\"include_usage\":true }}"],
    ["{\"stream_options\":{\"a\":1}}", "{\"stream_options\":{\"include_usage\":true,\"a\":1}}"],
    [
      "{\"stream_options\":{\"include_usage\" : false,\"a\":1}}",
      "{\"stream_options\":{\"include_usage\" : true,\"a\":1}}"
    ],
    ["{\"stream_options\":{\"include_usage\":true}}", "{\"stream_options\":{\"include_usage\":true}}"]
  ]
  it.each(asked)("asks for usage in %s", (text, result) => {
    const ask = (body: ScannedBody) => {
      const edit = askForUsage(body)
      return edit === undefined ? [] : [edit]
    }
    assert.strictEqual(edited(text, ask), result)
  })

  it("throws when two edits overlap, because one of them would be lost", () => {
    assert.throws(() =>
      edited("{\"n\":1}", (body) => [remove(body.members.get("n")!), replace(body.members.get("n")!, "2")])
    )
  })
})
