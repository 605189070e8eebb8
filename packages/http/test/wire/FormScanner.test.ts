import { assert, describe, it } from "@effect/vitest"
import { boundaryOf, contentTypeOf, isForm } from "../../src/wire/Boundary.ts"
import { describe as say, type FormError } from "../../src/wire/FormError.ts"
import { FormScanner, type ScannedForm } from "../../src/wire/FormScanner.ts"
import { lengthOf, splice } from "../../src/wire/FormSplice.ts"
import { bytewise, cut, Dice, mutate } from "./Dice.ts"
import { type Entries, randomForm, readByNode } from "./RandomForm.ts"

const scan = (chunks: ReadonlyArray<Buffer>, boundary = "x"): FormError | ScannedForm => {
  const scanner = new FormScanner(boundary)
  for (const chunk of chunks) scanner.push(chunk)
  return scanner.end()
}

const read = (chunks: ReadonlyArray<Buffer>, boundary = "x"): ScannedForm => {
  const form = scan(chunks, boundary)
  return form._tag === "ScannedForm" ? form : assert.fail(say(form))
}

/** A form with the boundary `x`, of parts written as head and value. */
const form = (...parts: ReadonlyArray<readonly [head: string, value: string]>) =>
  Buffer.from(`${parts.map(([head, value]) => `--x\r\n${head}\r\n\r\n${value}\r\n`).join("")}--x--\r\n`)

const field = (name: string, value: string) => [`Content-Disposition: form-data; name="${name}"`, value] as const

const file = (bytes = "RIFF", name = "file") =>
  [`Content-Disposition: form-data; name="${name}"; filename="a.wav"`, bytes] as const

const spliced = (bytes: Buffer, boundary: string, scanned: ScannedForm, fields: Record<string, unknown>) => {
  const pieces = splice(scanned, boundary, fields)
  const result = Buffer.concat(
    pieces.map((piece) => piece instanceof Uint8Array ? piece : bytes.subarray(piece.start, piece.end))
  )
  assert.strictEqual(lengthOf(pieces), result.length)
  return result
}

const valuesOf = ({ model, priority, routingMode, stream }: ScannedForm) => ({ model, priority, routingMode, stream })

describe("FormScanner", { timeout: 20_000 }, () => {
  it("finds its fields wherever they stand, the model after the file included", () => {
    for (const parts of [[field("model", "m"), file()], [file(), field("prompt", "p"), field("model", "m")]]) {
      const bytes = form(...parts, field("priority", "2"), field("routing_mode", "any"), field("stream", "true"))
      const scanned = read([bytes])
      assert.deepStrictEqual(valuesOf(scanned), { model: "m", priority: 2, routingMode: "any", stream: true })
      assert.strictEqual(String(bytes.subarray(scanned.file!.start, scanned.file!.end)), "RIFF")
    }
  })

  it("reads the same however the form is cut, and agrees with Node's own parser", async () => {
    let agreed = 0
    for (let seed = 0; seed < 700; seed++) {
      const dice = new Dice(seed)
      const { boundary, bytes } = randomForm(dice)
      const whole = scan([bytes], boundary)
      for (const chunks of [bytewise(bytes), cut(bytes, dice, 2 + dice.below(5))]) {
        assert.deepStrictEqual(scan(chunks, boundary), whole, `seed ${seed}`)
      }
      const entries = await readByNode(bytes, contentTypeOf(boundary))
      if (whole._tag !== "ScannedForm") {
        assert.strictEqual(whole._tag, "DuplicatePart", `seed ${seed}: ${say(whole)}`)
        continue
      }
      // Node wants a line end after the last boundary.
      if (entries === undefined) continue
      agreed++
      const named = (name: string) => entries.filter(([each]) => each === name).map(([, value]) => value)
      assert.strictEqual(whole.model, named("model")[0] || undefined, `seed ${seed}`)
      assert.strictEqual(whole.priority, named("priority").map(Number)[0], `seed ${seed}`)
      const audio = whole.file && bytes.subarray(whole.file.start, whole.file.end).toString("latin1")
      assert.strictEqual(audio, named("file")[0], `seed ${seed}`)
    }
    assert.isAbove(agreed, 300)
  })

  it("never reads another model than Node's own parser from a form that was garbled", async () => {
    let both = 0
    for (let seed = 0; seed < 3000; seed++) {
      const dice = new Dice(seed)
      const { boundary, bytes } = randomForm(dice)
      const garbled = dice.chance(0.5) ? mutate(bytes, dice) : mutate(mutate(bytes, dice), dice)
      const scanned = scan(cut(garbled, dice, 3), boundary)
      if (scanned._tag !== "ScannedForm") continue
      const entries = await readByNode(garbled, contentTypeOf(boundary))
      if (entries === undefined) continue
      both++
      const models = entries.filter(([name]) => name === "model").map(([, value]) => value.trim() || undefined)
      assert.deepStrictEqual(models, scanned.parts.has("model") ? [scanned.model] : [], `seed ${seed}`)
    }
    assert.isAbove(both, 200)
  })

  it("changes the fields it is asked to, and no other byte of any part", async () => {
    let changed = 0
    for (let seed = 0; seed < 400; seed++) {
      const dice = new Dice(seed)
      const { boundary, bytes } = randomForm(dice)
      const scanned = scan([bytes], boundary)
      if (scanned._tag !== "ScannedForm") continue
      const before = await readByNode(
        Buffer.concat([bytes.subarray(0, scanned.length), Buffer.from("\r\n")]),
        contentTypeOf(boundary)
      )
      const result = spliced(bytes, boundary, scanned, {
        model: "org/Whisper",
        priority: undefined,
        "routing-mode": undefined,
        routing_mode: undefined
      })
      const after = await readByNode(Buffer.concat([result, Buffer.from("\r\n")]), contentTypeOf(boundary))
      if (before === undefined) continue
      changed++
      const gone = new Set(["priority", "routing-mode", "routing_mode"])
      const kept = before.filter(([name]) => !gone.has(name))
      const named = kept.map(([name, value]): Entries[number] => [name, name === "model" ? "org/Whisper" : value])
      const wanted = scanned.parts.has("model") ? named : [["model", "org/Whisper"] as const, ...named]
      assert.deepStrictEqual(after, wanted, `seed ${seed}`)
    }
    assert.isAbove(changed, 200)
  })

  it("replaces the whole part, so that its head says nothing of the old value", () => {
    const bytes = form([
      "Content-Disposition: form-data; name=model\r\nContent-Length: 3\r\nContent-Type: text/plain",
      "abc"
    ])
    assert.strictEqual(
      String(spliced(bytes, "x", read([bytes]), { model: "longer" })),
      "--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nlonger\r\n--x--"
    )
  })

  it("keeps nothing that comes after the last boundary", () => {
    const bytes = Buffer.concat([form(field("model", "m")), form(field("model", "other"))])
    const scanned = read([bytes])
    assert.strictEqual(scanned.model, "m")
    assert.notInclude(String(spliced(bytes, "x", scanned, {})), "other")
  })

  const disposition = "Content-Disposition: form-data; name=\"model\""
  const refused: ReadonlyArray<readonly [what: string, bytes: Buffer | string, message: RegExp]> = [
    ["nothing", "", /ends at byte 0, before its last boundary/],
    ["something before the first boundary", `hello\r\n${form(field("model", "m"))}`, /at byte 0, the form's boundary/],
    ["another boundary", "--y\r\n", /at byte 2, the form's boundary/],
    ["a boundary that goes on", "--xy\r\n", /at byte 3, the end of the boundary's line/],
    ["a boundary with a bare line feed", "--x\n", /at byte 3/],
    ["one dash after the last boundary", "--x-\r\n", /at byte 4, two dashes/],
    ["a form that is cut", form(field("model", "m")).subarray(0, -4), /ends at byte \d+, before its last boundary/],
    ["a field twice", form(field("model", "a"), field("model", "b")), /`model` is given a second time/],
    ["both spellings of a field", form(field("routing-mode", "any"), field("routing_mode", "any")), /`routing-mode`/],
    ["a part without a head", "--x\r\n\r\nvalue\r\n\r\n\r\n--x--", /a line in its head that is no header/],
    ["a part without a disposition", form(["Content-Type: text/plain", "a"]), /has no Content-Disposition/],
    ["a part with two", form([`${disposition}\r\n${disposition}`, "a"]), /two Content-Dispositions/],
    ["a name twice", form([`${disposition}; name="x"`, "a"]), /gives `name` twice/],
    ["a name in an encoding of its own", form([`${disposition}; name*=utf-8''other`, "a"]), /`name\*`/],
    ["a name in pieces", form([`Content-Disposition: form-data; name*0="mo"; name*1="del"`, "a"]), /`name\*0`/],
    ["a name with a backslash", form(["Content-Disposition: form-data; name=\"mo\\del\"", "a"]), /backslash/],
    ["a part without a name", form(["Content-Disposition: form-data; filename=\"a\"", "a"]), /no name/],
    ["an attachment", form(["Content-Disposition: attachment; name=\"model\"", "a"]), /no `form-data`/],
    ["an unreadable disposition", form([`${disposition}; =`, "a"]), /cannot be read/],
    ["a folded header", form([`Content-Disposition: form-data;\r\n name="model"`, "a"]), /no header/],
    ["a bare line feed in a head", form([`X: a\nb\r\n${disposition}`, "a"]), /no header/],
    ["an encoded part", form([`${disposition}\r\nContent-Transfer-Encoding: base64`, "YQ=="]), /is encoded/],
    ["a model that is a file", form(file("m", "model")), /is a file: `model` is a plain field/],
    ["a value without a line end before it", `--x\r\n${disposition}\r\n\r\n--x--`, /where its data should start/],
    ["a head without end", `--x\r\nX: ${"a".repeat(9000)}`, /head of more than 8192 bytes/],
    ["a long value", form(field("model", "m".repeat(5000))), /`model` has the wrong value: send at most 4096 bytes/],
    [
      "a priority that is no integer",
      form(field("priority", "high")),
      /`priority` has the wrong value: send an integer/
    ],
    [
      "more parts than anybody reads",
      form(...Array.from({ length: 1001 }, () => field("a", ""))),
      /more than 1000 parts/
    ]
  ]
  it.each(refused)("refuses %s, whole or byte by byte", (_, bytes, message) => {
    const buffer = Buffer.from(bytes)
    for (const chunks of [[buffer], bytewise(buffer)]) {
      const error = scan(chunks)
      assert.notStrictEqual(error._tag, "ScannedForm")
      if (error._tag !== "ScannedForm") assert.match(say(error), message)
    }
  })

  it("takes a field that is empty for one that is missing", () => {
    const { model, priority, routingMode, stream } = read([
      form(field("model", ""), field("priority", " "), field("stream", ""), field("routing-mode", ""))
    ])
    assert.deepStrictEqual({ model, priority, routingMode, stream }, {
      model: undefined,
      priority: undefined,
      routingMode: undefined,
      stream: false
    })
  })
})

describe("A boundary", () => {
  const read: ReadonlyArray<readonly [type: string, boundary: string | undefined]> = [
    ["multipart/form-data; boundary=abc", "abc"],
    ["Multipart/Form-Data;boundary=\"a b:c\"", "a b:c"],
    ["multipart/form-data; charset=utf-8; boundary=----WebKitFormBoundary7", "----WebKitFormBoundary7"],
    ["multipart/form-data", undefined],
    ["multipart/form-data; boundary=", undefined],
    ["multipart/form-data; boundary=a; boundary=b", undefined],
    ["multipart/form-data; boundary=\"a \"", undefined],
    ["multipart/form-data; boundary=a\\b", undefined],
    [`multipart/form-data; boundary=${"a".repeat(71)}`, undefined]
  ]
  it.each(read)("of %j is %j", (type, boundary) => {
    assert.isTrue(isForm(type))
    assert.strictEqual(boundaryOf(type), boundary)
    if (boundary !== undefined) assert.strictEqual(boundaryOf(contentTypeOf(boundary)), boundary)
  })

  it("belongs to forms alone", () => {
    for (const type of [undefined, "", "application/json", "multipart/form-datax; boundary=a", "multipart/mixed"]) {
      assert.isFalse(isForm(type))
    }
  })
})
