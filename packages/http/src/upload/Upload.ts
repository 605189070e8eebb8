/** The bytes of one upload: in memory while they are few, in a temporary file from then on. */
import type { WriteStream } from "node:fs"
import type { FileHandle } from "node:fs/promises"
import type { HeldBytes } from "../HeldBytes.ts"
import type { Piece } from "../wire/FormSplice.ts"
import type { Spool } from "./Spool.ts"

/** Read from a file at once, and written to it in advance at most. */
const block = 256 * 1024

/** What became of a chunk: kept, kept and to be waited for, or refused because there is no room for it. */
export type Kept = "kept" | "wait" | "memory-full" | "spool-full"

export class Upload {
  private readonly spool: Spool["Service"]
  private readonly held: HeldBytes
  private readonly inMemory: number
  private chunks: Array<Buffer> = []
  private length = 0
  private claimed = 0
  private spooled = 0
  private file: FileHandle | undefined = undefined
  private writer: WriteStream | undefined = undefined
  private opening = false
  private discarded = false
  /** Called when there is room again, and when the file fails. */
  private proceed: (error?: Error) => void = () => {}

  constructor(spool: Spool["Service"], held: HeldBytes, inMemory: number) {
    this.spool = spool
    this.held = held
    this.inMemory = inMemory
  }

  /** The listener is called after each `wait`; with an error when nothing can be kept any more. */
  onProceed(listener: (error?: Error) => void): void {
    this.proceed = listener
  }

  add(chunk: Buffer): Kept {
    this.length += chunk.length
    if (this.writer !== undefined) return this.write(chunk)
    if (this.opening) {
      if (!this.spool.bytes.claim(chunk.length)) return "spool-full"
      this.spooled += chunk.length
      this.chunks.push(chunk)
      return "wait"
    }
    if (this.length > this.inMemory) return this.spill(chunk)
    if (!this.held.claim(chunk.length)) return "memory-full"
    this.claimed += chunk.length
    this.chunks.push(chunk)
    return "kept"
  }

  /** All of it has come and is where it will be read from. */
  async seal(): Promise<void> {
    if (this.writer === undefined) return
    const writer = this.writer
    await new Promise<void>((resolve, reject) => writer.once("error", reject).end(() => resolve()))
  }

  /** The bytes from `start` to `end`, all at once. */
  async read(start: number, end: number): Promise<Buffer> {
    const pieces: Array<Uint8Array> = []
    for await (const piece of this.pieces([{ start, end: Math.min(end, this.length) }])) pieces.push(piece)
    return Buffer.concat(pieces)
  }

  /** Whether what it gives to be sent is there without waiting. */
  get isInMemory(): boolean {
    return this.file === undefined
  }

  /** Stretches of what was received between bytes of others, without a copy. */
  inMemoryPieces(pieces: ReadonlyArray<Piece>): Array<Uint8Array> {
    return pieces.flatMap((piece) => piece instanceof Uint8Array ? [piece] : this.views(piece.start, piece.end))
  }

  /** The same from wherever it is, as fast as it is asked for. */
  async *pieces(pieces: ReadonlyArray<Piece>): AsyncGenerator<Uint8Array> {
    const { file } = this
    for (const piece of pieces) {
      if (piece instanceof Uint8Array) yield piece
      else if (file === undefined) yield* this.views(piece.start, piece.end)
      else {
        for (let at = piece.start; at < piece.end;) {
          const wanted = Math.min(block, piece.end - at)
          const { buffer, bytesRead } = await file.read(Buffer.allocUnsafeSlow(wanted), 0, wanted, at)
          if (bytesRead === 0) throw new Error("An upload's file is shorter than what was written to it.")
          yield bytesRead === wanted ? buffer : buffer.subarray(0, bytesRead)
          at += bytesRead
        }
      }
    }
  }

  /** Nothing of it is left, in memory or on disk; reading under way fails. */
  discard(): void {
    if (this.discarded) return
    this.discarded = true
    this.proceed = () => {}
    this.chunks = []
    this.held.release(this.claimed)
    this.spool.bytes.release(this.spooled)
    this.writer?.destroy()
    void this.file?.close().catch(() => {})
  }

  private views(start: number, end: number): Array<Buffer> {
    const views: Array<Buffer> = []
    let at = 0
    for (const chunk of this.chunks) {
      const [from, until] = [Math.max(start - at, 0), Math.min(end - at, chunk.length)]
      if (from < until) views.push(chunk.subarray(from, until))
      at += chunk.length
    }
    return views
  }

  /** Too much for memory: what has come so far goes to the file first. */
  private spill(chunk: Buffer): Kept {
    if (!this.spool.bytes.claim(this.length)) return "spool-full"
    this.spooled = this.length
    this.chunks.push(chunk)
    this.opening = true
    this.spool.open().then((file) => this.opened(file), (error: Error) => this.proceed(error))
    return "wait"
  }

  private opened(file: FileHandle): void {
    if (this.discarded) return void file.close().catch(() => {})
    const writer = file.createWriteStream({ autoClose: false, highWaterMark: block })
    this.file = file
    this.writer = writer
    this.opening = false
    writer.on("error", (error) => this.proceed(error))
    writer.on("drain", () => this.proceed())
    const chunks = this.chunks
    this.chunks = []
    this.held.release(this.claimed)
    this.claimed = 0
    let flowing = true
    for (const chunk of chunks) flowing = writer.write(chunk)
    if (flowing) this.proceed()
  }

  private write(chunk: Buffer): Kept {
    if (!this.spool.bytes.claim(chunk.length)) return "spool-full"
    this.spooled += chunk.length
    return this.writer!.write(chunk) ? "kept" : "wait"
  }
}
