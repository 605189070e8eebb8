import { assert, describe, it } from "@effect/vitest"
import type { FileHandle } from "node:fs/promises"
import type { IncomingMessage } from "node:http"
import { PassThrough, Writable } from "node:stream"
import { defaults } from "../../src/GatewaySettings.ts"
import { HeldBytes } from "../../src/HeldBytes.ts"
import { Passage } from "../../src/Passage.ts"
import { FormIntake } from "../../src/upload/FormIntake.ts"
import { Upload } from "../../src/upload/Upload.ts"

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

const head = Buffer.from("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n")

/** A disk that writes nothing until it is told to. */
const stuck = () => {
  const waiting: Array<() => void> = []
  let opened: (handle: FileHandle) => void = () => {}
  const handle = {
    createWriteStream: ({ highWaterMark }: { highWaterMark: number }) =>
      new Writable({
        highWaterMark,
        write: (_, __, done) => {
          waiting.push(done)
        }
      }),
    close: async () => {}
  } as unknown as FileHandle
  return {
    open: () => new Promise<FileHandle>((resolve) => (opened = resolve)),
    isOpened: () => opened(handle),
    waiting,
    goOn: () => waiting.shift()?.()
  }
}

const setUp = () => {
  const disk = stuck()
  const bytes = new HeldBytes(100_000_000)
  const held = new HeldBytes(100_000_000)
  const request = new PassThrough({ highWaterMark: 1 })
  const upload = new Upload({ bytes, open: () => disk.open() }, held, 1_000)
  const passage = new Passage("t", "/v1/audio/transcriptions", {}, undefined as never)
  let refused: unknown = "nothing yet"
  const intake = new FormIntake(request as unknown as IncomingMessage, passage, defaults, "x", upload, (error) => {
    refused = error
  })
  return { disk, bytes, held, request, upload, passage, intake, refused: () => refused }
}

describe("FormIntake", () => {
  it("stops reading while its file is opened, and while the disk is slower than the client", async () => {
    const { bytes, disk, held, intake, request } = setUp()
    request.write(Buffer.concat([head, Buffer.alloc(500)]))
    await turn()
    assert.deepStrictEqual([held.inUse, bytes.inUse, request.isPaused()], [head.length + 500, 0, false])
    request.write(Buffer.alloc(600))
    await turn()
    assert.isTrue(request.isPaused())
    disk.isOpened()
    await turn()
    assert.deepStrictEqual([held.inUse, bytes.inUse, request.isPaused()], [0, head.length + 1_100, false])
    request.write(Buffer.alloc(1_000_000))
    await turn()
    assert.isTrue(request.isPaused())
    // However long that takes, the client is not to blame.
    intake.check(performance.now() + 2 * defaults.bodyIdle)
    for (let n = 0; n < 20 && request.isPaused(); n++) {
      disk.goOn()
      await turn()
    }
    assert.isFalse(request.isPaused())
  })

  it("refuses, and gives everything back, when its file cannot be written any more", async () => {
    const { bytes, disk, held, refused, request, upload } = setUp()
    disk.open = () => Promise.reject(new Error("no space left on device"))
    request.write(Buffer.concat([head, Buffer.alloc(2_000)]))
    await turn()
    await turn()
    assert.propertyVal(refused(), "code", "upload_not_kept")
    assert.deepStrictEqual([held.inUse, bytes.inUse], [0, 0])
    upload.discard()
    assert.deepStrictEqual([held.inUse, bytes.inUse], [0, 0])
  })
})
