import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import { folder } from "../../../store/test/support/Folder.ts"
import { wav } from "../Form.ts"
import * as Raw from "../Raw.ts"
import * as Rig from "../Rig.ts"
import * as Receiver from "./Receiver.ts"

const boundary = "a-boundary-of-the-test"
const part = (name: string, value: string) =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
const fileHead = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n`
const end = `--${boundary}--\r\n`

/** With the model after the file. */
const formOf = (audio: Uint8Array, model = "test-model") =>
  Buffer.concat([Buffer.from(fileHead), audio, Buffer.from(`\r\n${part("model", model)}${end}`)])

/** What an engine is to receive of it. */
const digestOf = (audio: Uint8Array) =>
  createHash("sha256").update(
    Buffer.concat([
      Buffer.from(fileHead),
      audio,
      Buffer.from(`\r\n${part("model", "simulated")}`),
      Buffer.from(end.trimEnd())
    ])
  ).digest("hex")

const type = `multipart/form-data; boundary=${boundary}`

const send = (
  rig: Rig.Rig,
  body: NonNullable<RequestInit["body"]>,
  headers: Readonly<Record<string, string>> = {},
  path = "/v1/audio/transcriptions"
) =>
  Effect.promise((signal) =>
    fetch(`${rig.url}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${Rig.secret}`, "content-type": type, ...headers },
      body,
      duplex: "half",
      signal
    } as RequestInit)
  )

/** Three megabytes that repeat nowhere in a block, so that no piece can stand for another. */
const large = Buffer.concat([
  wav(1).subarray(0, 44),
  Buffer.from(Uint32Array.from({ length: 750_000 }, (_, i) => i).buffer)
])

const whisper = { kind: "whisper" } as const

/** A rig before receivers alone, with a folder of its own for uploads. */
const make = Effect.fnUntraced(function*(
  receivers: ReadonlyArray<Receiver.Receiver>,
  options: Rig.RigOptions = {}
) {
  const uploads = yield* folder
  const rig = yield* Rig.make({
    actors: receivers.map(({ url }) => url),
    servers: [],
    server: whisper,
    uploads,
    ...options
  })
  return { rig, uploads }
})

/** Files that this process holds open in a folder, although they have no name any more. */
const openIn = (folder: string): number =>
  fs.readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder)
    } catch {
      return false
    }
  }).length

const until = (fact: () => boolean) =>
  Effect.gen(function*() {
    while (!fact()) yield* Effect.yieldNow
  })

const nothingLeft = Effect.fnUntraced(function*(rig: Rig.Rig, uploads: string) {
  yield* rig.inFlight.drained
  assert.strictEqual(rig.spool.bytes.inUse, 0)
  yield* until(() => openIn(uploads) === 0)
  assert.deepStrictEqual(fs.readdirSync(uploads), [])
  assert.strictEqual((yield* rig.dispatcher.snapshot).leases, 0)
})

describe("An upload", () => {
  it.live("that is small waits in memory, and reaches its engine byte by byte as it came", () =>
    Effect.gen(function*() {
      const receiver = yield* Receiver.start()
      const { rig, uploads } = yield* make([receiver])
      const audio = wav(4)
      assert.strictEqual(yield* Effect.flatMap(send(rig, formOf(audio)), Rig.text), Receiver.transcript)
      assert.deepStrictEqual(receiver.uploads.map(({ digest }) => digest), [digestOf(audio)])
      assert.deepInclude(receiver.uploads[0]!.headers, {
        "content-type": type,
        "content-length": String(receiver.uploads[0]!.bytes)
      })
      yield* nothingLeft(rig, uploads)
    }))

  it.live("that is large waits in a file without a name, which goes when its request ends", () =>
    Effect.gen(function*() {
      let answer = () => {}
      const receiver = yield* Receiver.start((response) => {
        answer = () => response.writeHead(200, { "content-type": "application/json" }).end(Receiver.transcript)
      })
      const { rig, uploads } = yield* make([receiver])
      const asked = yield* Effect.forkChild(Effect.flatMap(send(rig, formOf(large)), Rig.text))
      yield* until(() => receiver.uploads.length === 1)
      assert.strictEqual(openIn(uploads), 1)
      assert.deepStrictEqual(fs.readdirSync(uploads), [])
      assert.strictEqual(rig.spool.bytes.inUse, formOf(large).length)
      assert.deepStrictEqual(receiver.uploads.map(({ digest }) => digest), [digestOf(large)])
      answer()
      assert.strictEqual(yield* Fiber.join(asked), Receiver.transcript)
      assert.deepStrictEqual(rig.usage.attempts.map(({ audioSeconds }) => Math.round(audioSeconds!)), [1])
      yield* nothingLeft(rig, uploads)
    }))

  it.live(
    "is sent anew, whole, to a second server when the first fails it in whatever way",
    () =>
      Effect.gen(function*() {
        for (
          const fail of [
            () => Receiver.start((response) => response.writeHead(500).end()),
            () => Receiver.start((response) => response.socket!.destroy()),
            () => Receiver.start((response) => response.writeHead(503, { "retry-after": "0" }).end()),
            // In the middle of it.
            () =>
              Receiver.start(undefined, (request) => {
                request.once("data", () => request.socket.destroy())
                return "ignore"
              })
          ]
        ) {
          const [bad, good] = yield* Effect.all([fail(), Receiver.start()])
          const { rig, uploads } = yield* make([bad, good])
          // Round robin: one of the two meets the bad server first.
          for (let n = 0; n < 2; n++) {
            assert.strictEqual(yield* Effect.flatMap(send(rig, formOf(large)), Rig.text), Receiver.transcript)
          }
          assert.isAbove(bad.begun(), 0)
          assert.deepStrictEqual(good.uploads.map(({ digest }) => digest), [digestOf(large), digestOf(large)])
          yield* nothingLeft(rig, uploads)
        }
      }),
    15_000
  )

  it.live("whose client leaves is forgotten, before it is whole and after", () =>
    Effect.gen(function*() {
      const receiver = yield* Receiver.start(() => {})
      const { rig, uploads } = yield* make([receiver])
      const body = formOf(large)
      const head = Raw.head(
        Rig.secret,
        { "content-length": String(body.length) },
        "/v1/audio/transcriptions"
      ).replace("application/json", type)
      for (const bytes of [body.subarray(0, 2_000_000), body]) {
        const raw = yield* Raw.open(rig.port)
        raw.write(head)
        raw.writeBytes(bytes)
        yield* until(() => bytes === body ? receiver.uploads.length === 1 : rig.spool.bytes.inUse === bytes.length)
        raw.destroy()
        yield* nothingLeft(rig, uploads)
      }
      assert.deepStrictEqual(rig.usage.attempts.map(({ outcome }) => outcome), ["Withdrawn"])
    }))

  it.live("waits for its turn like any request", () =>
    Effect.gen(function*() {
      const answers: Array<() => void> = []
      const receiver = yield* Receiver.start((response) => {
        answers.push(() => response.writeHead(200, { "content-type": "application/json" }).end(Receiver.transcript))
      })
      const { rig, uploads } = yield* make([receiver], { server: { ...whisper, maxConcurrent: 1 } })
      const first = yield* Effect.forkChild(send(rig, formOf(large)))
      yield* until(() => answers.length === 1)
      const second = yield* Effect.forkChild(send(rig, formOf(large)))
      while ((yield* rig.dispatcher.snapshot).waiting !== 1) yield* Effect.yieldNow
      assert.strictEqual(rig.spool.bytes.inUse, 2 * formOf(large).length)
      answers[0]!()
      yield* Effect.flatMap(Fiber.join(first), Rig.text)
      yield* until(() => answers.length === 2)
      assert.strictEqual(rig.spool.bytes.inUse, formOf(large).length)
      answers[1]!()
      const response = yield* Fiber.join(second)
      assert.strictEqual(response.headers.get("x-aiguilleur-requeues"), "1")
      yield* Rig.text(response)
      yield* nothingLeft(rig, uploads)
    }))

  it.live("finds what a crash has left gone, and nothing else", () =>
    Effect.gen(function*() {
      const uploads = yield* folder
      const crashed = path.join(uploads, "upload-01234567-89ab-cdef-0123-456789abcdef")
      fs.writeFileSync(crashed, "half of a lecture")
      fs.writeFileSync(path.join(uploads, "notes.txt"), "somebody's")
      yield* Rig.make({ uploads })
      assert.deepStrictEqual(fs.readdirSync(uploads), ["notes.txt"])
    }))
})

describe("An upload is refused", () => {
  const refused = Effect.fnUntraced(function*(
    rig: Rig.Rig,
    uploads: string,
    response: Response,
    status: number,
    code: string,
    message: RegExp
  ) {
    const text = yield* Rig.text(response)
    assert.strictEqual(response.status, status, text)
    const { error } = JSON.parse(text)
    assert.strictEqual(error.code, code)
    assert.match(error.message, message)
    yield* nothingLeft(rig, uploads)
  })

  it.live("when it is larger than one may be, announced or not", () =>
    Effect.gen(function*() {
      const receiver = yield* Receiver.start()
      const { rig, uploads } = yield* make([receiver], { settings: { maxUpload: 2_000_000 } })
      const chunked = new Blob([formOf(large)]).stream()
      for (const body of [formOf(large), chunked]) {
        const response = yield* send(rig, body)
        yield* refused(rig, uploads, response, 413, "request_too_large", /larger than the 2000000 bytes/)
      }
      assert.strictEqual(receiver.begun(), 0)
    }))

  it.live("beyond the room for uploads, and in it again when others have gone", () =>
    Effect.gen(function*() {
      const receiver = yield* Receiver.start()
      const { rig, uploads } = yield* make([receiver], { maxSpooledBytes: 4_000_000 })
      assert.isTrue(rig.spool.bytes.claim(2_000_000))
      const response = yield* send(rig, formOf(large))
      assert.isAtLeast(Number(response.headers.get("retry-after")), 10)
      assert.match(yield* Rig.text(response), /Too many uploads are waiting/)
      rig.spool.bytes.release(2_000_000)
      assert.strictEqual((yield* send(rig, formOf(large))).status, 200)
      yield* nothingLeft(rig, uploads)
    }))

  it.live("beyond the room for bodies in memory, while it is small", () =>
    Effect.gen(function*() {
      const receiver = yield* Receiver.start()
      const { rig, uploads } = yield* make([receiver], { settings: { maxHeldBytes: 10_000 } })
      const response = yield* send(rig, formOf(wav(4)))
      yield* refused(rig, uploads, response, 503, "overloaded", /Too many request bodies/)
      // A large one takes of the memory only until it has a file.
      assert.strictEqual((yield* send(rig, formOf(wav(1)))).status, 200)
    }))

  it.live("where it cannot be kept, and nothing else is", () =>
    Effect.gen(function*() {
      const receiver = yield* Receiver.start()
      const uploads = yield* folder
      const file = path.join(uploads, "a file")
      fs.writeFileSync(file, "")
      const { rig } = yield* make([receiver], { uploads: file })
      const response = yield* send(rig, formOf(large))
      assert.strictEqual(response.status, 503)
      assert.match(yield* Rig.text(response), /upload_not_kept/)
      assert.strictEqual(rig.spool.bytes.inUse, 0)
      assert.strictEqual((yield* send(rig, formOf(wav(1)))).status, 200)
    }))

  it.live("when it pauses for too long, or takes too long in all", () =>
    Effect.gen(function*() {
      for (const settings of [{ bodyIdle: 50 }, { uploadTotal: 50 }]) {
        const receiver = yield* Receiver.start()
        const { rig, uploads } = yield* make([receiver], { settings })
        const raw = yield* Raw.open(rig.port)
        raw.write(
          Raw.head(Rig.secret, { "content-length": "1000000" }, "/v1/audio/transcriptions")
            .replace("application/json", type) + fileHead
        )
        const answer = yield* raw.until((text) => text.includes("request_timeout"))
        assert.match(answer, /^HTTP\/1\.1 408/)
        raw.destroy()
        yield* nothingLeft(rig, uploads)
      }
    }))

  const bodies: ReadonlyArray<
    readonly [what: string, body: Buffer | string, headers: Record<string, string>, number, string, RegExp]
  > = [
    ["no boundary", "", { "content-type": "multipart/form-data" }, 400, "invalid_request", /names no boundary/],
    ["nothing", "", {}, 400, "invalid_request", /ends at byte 0, before its last boundary/],
    ["JSON", "{}", {}, 400, "invalid_request", /at byte 0, the form's boundary was expected/],
    ["half a form", formOf(wav(1)).subarray(0, 500), {}, 400, "invalid_request", /before its last boundary/],
    ["no model", `${part("language", "fr")}${end}`, {}, 400, "invalid_request", /Add a field `model`/],
    ["an empty model", `${part("model", "")}${end}`, {}, 400, "invalid_request", /Add a field `model`/],
    ["an unknown model", formOf(wav(1), "nowhere"), {}, 404, "model_not_found", /`nowhere` does not exist/],
    [
      "a field twice",
      `${part("model", "a")}${part("model", "b")}${end}`,
      {},
      400,
      "invalid_request",
      /`model` is given a second time/
    ],
    [
      "a priority in words",
      `${part("model", "test-model")}${part("priority", "high")}${end}`,
      {},
      400,
      "invalid_request",
      /`priority` has the wrong value: send an integer/
    ],
    [
      "a routing mode of one's own",
      `${part("model", "test-model")}${part("routing-mode", "mine")}${end}`,
      {},
      400,
      "invalid_request",
      /any, private-first, private-only/
    ],
    ["compression", formOf(wav(1)), { "content-encoding": "gzip" }, 415, "unsupported_content_encoding", /Compressed/]
  ]
  it.live.each(bodies)("with %s", ([, body, headers, status, code, message]) =>
    Effect.gen(function*() {
      const receiver = yield* Receiver.start()
      const { rig, uploads } = yield* make([receiver])
      yield* refused(rig, uploads, yield* send(rig, body, headers), status, code, message)
      assert.strictEqual(receiver.begun(), 0)
    }))

  it.live("where JSON is expected", () =>
    Effect.gen(function*() {
      const { rig, uploads } = yield* make([])
      const response = yield* send(rig, formOf(wav(1)), {}, "/v1/chat/completions")
      yield* refused(rig, uploads, response, 415, "unsupported_media_type", /Forms are accepted for audio alone/)
    }))

  it.live("when the service stops in the middle of it", () =>
    Effect.gen(function*() {
      const receiver = yield* Receiver.start()
      const { rig, uploads } = yield* make([receiver], { settings: { shutdown: 50 } })
      const raw = yield* Raw.open(rig.port)
      raw.write(
        Raw.head(Rig.secret, { "content-length": "9000000" }, "/v1/audio/transcriptions")
          .replace("application/json", type) + fileHead
      )
      raw.writeBytes(Buffer.alloc(2_000_000))
      yield* until(() => rig.spool.bytes.inUse > 1_500_000)
      yield* rig.stop
      assert.match(raw.received(), /^HTTP\/1\.1 503[^]*"stopping"/)
      assert.strictEqual(rig.spool.bytes.inUse, 0)
      yield* until(() => openIn(uploads) === 0)
    }))
})
