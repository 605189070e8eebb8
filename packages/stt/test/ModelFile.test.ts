import { afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as ModelFile from "../src/embedded/ModelFile.ts"
import { toyModel } from "./support/ToyModel.ts"
import { type Handler, web } from "./support/Web.ts"

const model = toyModel()
const entries = {
  toy: { file: "ggml-toy.bin", bytes: model.length, sha256: createHash("sha256").update(model).digest("hex") }
}

/** As a hub serves files: whole, or from a byte on. */
const hub: Handler = (request, response) => {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0)
  const head = from === 0 ? {} : { "content-range": `bytes ${from}-${model.length - 1}/${model.length}` }
  response.writeHead(from === 0 ? 200 : 206, head).end(model.subarray(from))
}

describe("The model file", () => {
  let folder: string

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "stt-model-"))
  })

  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }))

  const obtain = async (handler: Handler, more: Partial<ModelFile.Options> = {}) => {
    const server = await web(handler)
    try {
      return await Effect.runPromise(Effect.result(ModelFile.obtain({
        model: "toy",
        folder,
        source: `http://${server.address}/`,
        entries,
        ...more
      })))
    } finally {
      await server.close()
    }
  }

  const failure = (result: Result.Result<string, { readonly reason: string; readonly message: string }>) =>
    Result.isFailure(result) ? result.failure : assert.fail("it was obtained")

  it("is fetched once, with progress, and found afterwards without a question", async () => {
    const shares: Array<number> = []
    let asked = 0
    const counted: Handler = (request, response) => {
      asked++
      return hub(request, response)
    }
    const onProgress = (received: number, total: number) => void shares.push(received / total)
    const first = await obtain(counted, { onProgress })
    assert.isTrue(Result.isSuccess(first) && fs.readFileSync(first.success).equals(model))
    assert.strictEqual(shares.at(-1), 1)
    assert.isTrue(Result.isSuccess(await obtain(counted)))
    assert.strictEqual(asked, 1)
  })

  it("goes on where it was cut, in the same run and in the next", async () => {
    const ranges: Array<string | undefined> = []
    let left = 2
    let cut: (() => void) | undefined
    const cutting: Handler = (request, response) => {
      ranges.push(request.headers.range)
      cut = undefined
      if (left-- <= 0) return hub(request, response)
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0)
      response.writeHead(from === 0 ? 200 : 206, { "content-length": model.length - from })
      cut = () => void response.destroy()
      response.write(model.subarray(from, from + 20_000))
    }
    // Once something has arrived: what a cut takes out of the sockets' buffers was never received.
    const onProgress = () => cut?.()
    assert.isTrue(Result.isSuccess(await obtain(cutting, { onProgress })))
    assert.strictEqual(ranges[0], undefined)
    assert.match(ranges[1]!, /^bytes=\d+-$/)
    assert.match(ranges[2]!, /^bytes=\d+-$/)
    fs.rmSync(path.join(folder, "ggml-toy.bin"))
    fs.writeFileSync(path.join(folder, "ggml-toy.bin.part"), model.subarray(0, 50_000))
    ranges.length = 0
    assert.isTrue(Result.isSuccess(await obtain(cutting)))
    assert.deepStrictEqual(ranges, ["bytes=50000-"])
  })

  it("begins again where a server knows no ranges", async () => {
    fs.writeFileSync(path.join(folder, "ggml-toy.bin.part"), Buffer.alloc(1000))
    const plain: Handler = (_, response) => void response.writeHead(200).end(model)
    assert.isTrue(Result.isSuccess(await obtain(plain)))
  })

  it("is thrown away with the wrong checksum, and not used", async () => {
    const other = Buffer.from(model)
    other[other.length - 1] = 1
    const wrong: Handler = (_, response) => void response.writeHead(200).end(other)
    assert.strictEqual(failure(await obtain(wrong)).reason, "Checksum")
    assert.deepStrictEqual(fs.readdirSync(folder), [])
    const longer: Handler = (_, response) => void response.writeHead(200).end(Buffer.concat([model, model]))
    assert.strictEqual(failure(await obtain(longer)).reason, "Checksum")
    assert.isTrue(Result.isSuccess(await obtain(hub)))
  })

  it("says when the disk has no room for it", async () => {
    const huge = { toy: { ...entries.toy, bytes: 2 ** 50 } }
    const { message, reason } = failure(await obtain(hub, { entries: huge }))
    assert.strictEqual(reason, "NoSpace")
    assert.match(message, /no room on the disk/)
  })

  it("is out of reach for the moment, not for ever, when nobody answers", async () => {
    const away: Handler = (_, response) => void response.writeHead(503).end()
    assert.strictEqual(failure(await obtain(away)).reason, "Unreachable")
    const closed = await obtain((_, response) => void response.destroy())
    assert.strictEqual(failure(closed).reason, "Unreachable")
  })

  it("is used by path when it is whole, and refused in words when it is not", async () => {
    const file = path.join(folder, "mine.bin")
    const given = async (bytes: Buffer) => {
      fs.writeFileSync(file, bytes)
      return obtain(hub, { model: file })
    }
    assert.isTrue(Result.isSuccess(await given(model)))
    for (const length of [5, 30, 20_000, model.length - 1]) {
      assert.match(
        failure(await given(model.subarray(0, length))).message,
        /is incomplete: fetch it again/,
        `${length}`
      )
    }
    for (const foreign of [Buffer.alloc(0), Buffer.from("RIFF....WAVE"), Buffer.alloc(100_000)]) {
      assert.match(failure(await given(foreign)).message, /is not a speech model/)
    }
    assert.strictEqual(failure(await obtain(hub, { model: path.join(folder, "none.bin") })).reason, "Missing")
    assert.match(failure(await obtain(hub, { model: "enormous" })).message, /There are: toy/)
  })
})
