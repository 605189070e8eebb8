import { assert, describe, it } from "@effect/vitest"
import { EventStream, Oversize, type Visitor } from "../../src/wire/EventStream.ts"
import { dataOf, type EventKind, nameOf, type ServerEvent } from "../../src/wire/ServerEvent.ts"
import { bytewise, cut, Dice } from "./Dice.ts"

const keep: Visitor = () => true

const passed = (result: Buffer | Oversize): Buffer =>
  result instanceof Oversize ? assert.fail("An event is oversize.") : result

interface Seen {
  readonly kind: EventKind
  readonly data: string
}

const seenBy = (event: ServerEvent): Seen => ({ kind: event.kind, data: dataOf(event) })

const relay = (chunks: ReadonlyArray<Buffer>, keeps: (data: string) => boolean = () => true) => {
  const seen: Array<Seen> = []
  const stream = new EventStream((event) => {
    const said = seenBy(event)
    seen.push(said)
    return keeps(said.data)
  })
  const out = chunks.map((chunk) => passed(stream.push(chunk)))
  out.push(stream.end())
  return { seen, bytes: Buffer.concat(out).toString("latin1"), stream }
}

const kindOf = (text: string): EventKind => {
  const kinds: Array<EventKind> = []
  const stream = new EventStream((event) => kinds.push(event.kind) > 0)
  passed(stream.push(Buffer.from(text)))
  stream.end()
  assert.strictEqual(kinds.length, 1, text)
  return kinds[0]!
}

const lines = [
  "data: {\"a\":1}",
  "data:x",
  "data",
  "data: [DONE]",
  ": comment",
  ":",
  "event: ping",
  "event: error",
  "id: 7",
  "retry: 1",
  "data: {\"error\":{}}",
  "dat",
  "data: é"
]

/** Events with their line ends, some without data, some with several lines. */
const randomStream = (dice: Dice, mixed: ReadonlyArray<string> = ["\n", "\r\n", "\r"]): Array<string> =>
  Array.from({ length: 1 + dice.below(6) }, () => {
    const own = Array.from({ length: 1 + dice.below(3) }, () => dice.pick(lines))
    const ends = dice.chance(0.5) ? ["\n"] : dice.chance(0.5) ? ["\r\n"] : mixed
    return `${own.map((line) => line + dice.pick(ends)).join("")}${dice.pick(ends)}`
  })

describe("EventStream", () => {
  it("forwards every byte in order and sees the same events, wherever the stream is cut", () => {
    for (let seed = 0; seed < 3000; seed++) {
      const dice = new Dice(seed)
      const bytes = Buffer.from(randomStream(dice).join(""))
      const whole = relay([bytes])
      assert.strictEqual(whole.bytes, bytes.toString("latin1"))
      assert.strictEqual(whole.stream.held, 0)
      for (const chunks of [bytewise(bytes), cut(bytes, dice, 2 + dice.below(5))]) {
        const parts = relay(chunks)
        assert.strictEqual(parts.bytes, whole.bytes, `seed ${seed}`)
        assert.deepEqual(parts.seen, whole.seen, `seed ${seed}`)
      }
    }
  }, 30_000)

  it("passes the largest prefix of whole events after every byte", () => {
    for (let seed = 0; seed < 500; seed++) {
      const bytes = Buffer.from(randomStream(new Dice(seed)).join(""))
      const stream = new EventStream(keep)
      let out = 0
      for (let i = 0; i < bytes.length; i++) {
        out += passed(stream.push(bytes.subarray(i, i + 1))).length
        const text = bytes.toString("latin1", 0, i + 1)
        assert.strictEqual(out, wholeEvents(text), `seed ${seed}, byte ${i}`)
        assert.strictEqual(stream.held, i + 1 - out)
      }
    }
  })

  it("drops the events that the visitor does not want, and no other byte, wherever the stream is cut", () => {
    for (let seed = 0; seed < 3000; seed++) {
      const dice = new Dice(seed)
      // Where a carriage return ends a line, a blank line of a line feed would be part of the same end.
      const events = randomStream(dice, dice.pick([["\r"], ["\n", "\r\n"]]))
      const unwanted = (event: string) => event.includes("{\"a\":1}")
      const bytes = Buffer.from(events.join(""))
      const wanted = Buffer.from(events.filter((event) => !unwanted(event)).join("")).toString("latin1")
      for (const chunks of [[bytes], bytewise(bytes), cut(bytes, dice, 2 + dice.below(5))]) {
        assert.strictEqual(relay(chunks, (data) => !data.includes("{\"a\":1}")).bytes, wanted, `seed ${seed}`)
      }
    }
  }, 30_000)

  it("copies nothing of a chunk that holds whole events only", () => {
    const stream = new EventStream(keep)
    const chunk = Buffer.from("data: 1\n\ndata: 2\n\n")
    assert.strictEqual(stream.push(chunk), chunk)
    const more = Buffer.from("data: 3\n\ndata:")
    const out = passed(stream.push(more))
    assert.strictEqual(out.buffer, more.buffer)
    assert.strictEqual(out.toString(), "data: 3\n\n")
    assert.strictEqual(passed(stream.push(Buffer.from(" 4\n\n: x"))).toString(), "data: 4\n\n")
    assert.strictEqual(stream.held, 3)
  })

  it("does not keep what is held in the chunk it came in", () => {
    const stream = new EventStream(keep)
    const chunk = Buffer.from("data: 1")
    stream.push(chunk)
    chunk.fill("x")
    assert.strictEqual(passed(stream.push(Buffer.from("\n\n"))).toString(), "data: 1\n\n")
  })

  it("lets earlier output stand while it holds the next event", () => {
    const stream = new EventStream(keep)
    stream.push(Buffer.from("data: 1"))
    const out = passed(stream.push(Buffer.from("\n\ndata: 22222222")))
    stream.push(Buffer.from("33333\n\n"))
    assert.strictEqual(out.toString(), "data: 1\n\n")
  })

  const kinds: ReadonlyArray<readonly [string, EventKind]> = [
    [": keep-alive\n\n", "comment"],
    ["\n", "comment"],
    ["event: ping\n\n", "comment"],
    ["data:\n\n", "comment"],
    ["data\n\n", "comment"],
    ["database: x\n\n", "comment"],
    ["data:  \ndata: x\n\n", "data"],
    ["data: x\n\n", "data"],
    ["data:x\r\n\r\n", "data"],
    ["\ufeffdata: x\n\n", "data"],
    [": c\nid: 1\ndata: {\"id\":1}\n\n", "data"],
    ["data: [DONE]\n\n", "done"],
    ["data:[DONE]\r\r", "done"],
    ["data: [DONE]", "done"],
    ["data: [1]\n\n", "data"],
    ["data: {\"error\":{\"message\":\"x\"}}\n\n", "error"],
    ["data:{ \"error\" : \"x\"}\n\n", "error"],
    ["data: {\"error\":null,\"id\":1}\n\n", "data"],
    ["data: {\"error\n\n", "data"],
    ["data: {\"errors\":{}}\n\n", "data"],
    ["data: {\"object\":\"error\",\"message\":\"x\"}\n\n", "error"],
    ["data: {\"object\":\"chat.completion.chunk\"}\n\n", "data"],
    ["event: error\ndata: {\"type\":\"error\"}\n\n", "error"],
    ["event:error\ndata: anything\n\n", "error"],
    ["data: {\"type\":\"error\",\"error\":{}}\n\n", "error"],
    ["data: {\"choices\":[{\"delta\":{\"content\":\"{\\\"error\\\":1}\"}}]}\n\n", "data"]
  ]
  it.each(kinds)("tells the kind of %j: %s", (text, kind) => {
    assert.strictEqual(kindOf(text), kind)
  })

  it("reads the name that an event bears, and none where there is none", () => {
    const names: Array<string> = []
    const stream = new EventStream((event) => names.push(nameOf(event)) > 0)
    stream.push(Buffer.from("event: ping\n\ndata: a\nevent:message_stop\r\n\r\n: wait\n\ndata: event: no\n\n"))
    assert.deepStrictEqual(names, ["ping", "message_stop", "", ""])
  })

  it("refuses an event beyond its limit, however it is cut, and passes what came before it", () => {
    const bytes = Buffer.from(`data: 1\n\ndata: ${"x".repeat(93)}\n\ndata: 2\n\n`)
    for (const chunks of [[bytes], bytewise(bytes), cut(bytes, new Dice(1), 4)]) {
      const stream = new EventStream(keep, 100)
      const out: Array<Buffer> = []
      const failures: Array<Oversize> = []
      for (const chunk of chunks) {
        const result = stream.push(chunk)
        if (result instanceof Oversize) failures.push(result)
        out.push(result instanceof Oversize ? result.passed : result)
      }
      assert.strictEqual(failures[0]?.limit, 100)
      assert.strictEqual(Buffer.concat(out).toString(), "data: 1\n\n")
      assert.strictEqual(stream.held, 0)
      assert.strictEqual(stream.end().length, 0)
      const roomy = new EventStream(keep, 101)
      assert.strictEqual(Buffer.concat(chunks.map((chunk) => passed(roomy.push(chunk)))).length, bytes.length)
    }
  })

  it("visits an event without its blank line once the upstream has ended", () => {
    const { bytes, seen } = relay([Buffer.from("data: 1\n\ndata: [DONE]\n")])
    assert.strictEqual(bytes, "data: 1\n\ndata: [DONE]\n")
    assert.deepEqual(seen.map(({ kind }) => kind), ["data", "done"])
    assert.strictEqual(relay([Buffer.from("data: x")], () => false).bytes, "")
  })

  it("copies a byte a constant number of times when an event comes byte by byte", () => {
    const copied = (length: number) => {
      const stream = new EventStream(keep)
      let moved = 0
      const copy = Buffer.prototype.copy
      Buffer.prototype.copy = function(this: Buffer, ...args: Parameters<Buffer["copy"]>) {
        const count = copy.apply(this, args)
        moved += count
        return count
      }
      try {
        for (const byte of bytewise(Buffer.from(`data: ${"x".repeat(length)}\n\n`))) stream.push(byte)
      } finally {
        Buffer.prototype.copy = copy
      }
      return moved / length
    }
    assert.isBelow(copied(10_000), 4.5)
    assert.isBelow(copied(80_000), 4.5)
  })

  it("joins several lines of data as a client does", () => {
    assert.strictEqual(relay([Buffer.from("data: a\r\n: c\r\ndata:b\r\ndata\r\n\r\n")]).seen[0]?.data, "a\nb\n")
  })
})

/** How many bytes of the text are whole events, by a walk over its lines. */
const wholeEvents = (text: string): number => {
  let whole = 0
  let line = ""
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!
    if (character === "\n" && text[i - 1] === "\r") {
      // It belongs to the line that has ended; if that was the blank line, to the event before.
      if (whole === i) whole = i + 1
    } else if (character === "\n" || character === "\r") {
      if (line === "") whole = i + 1
      line = ""
    } else line += character
  }
  return whole
}
