/** Receives a form: scanned as it comes, kept as fast as its file can be written, refused as early as can be. */
import type { Endpoint } from "@aiguilleur/backends/Endpoint"
import type { IncomingMessage } from "node:http"
import type { Settings } from "../GatewaySettings.ts"
import type { Watched } from "../InFlight.ts"
import type { OpenAiError } from "../OpenAiError.ts"
import { bodyTooLarge, bodyTooSlow, malformed, memoryFull, spoolFull, stopping, uploadLost } from "../OpenAiError.ts"
import type { Passage } from "../Passage.ts"
import { describe, FormError } from "../wire/FormError.ts"
import { FormScanner, type ScannedForm } from "../wire/FormScanner.ts"
import { audioIn, FormBody } from "./FormBody.ts"
import type { Upload } from "./Upload.ts"

/** Told why a body is refused, or nothing when its passage has it; `lost` is what kept it from being stored. */
export type Received = (refused: OpenAiError | undefined, lost?: Error) => void

const refusalOf = (error: FormError): OpenAiError => malformed(describe(error), "field" in error ? error.field : null)

export const noBoundary = refusalOf(FormError.NoBoundary())

const heard: ReadonlySet<Endpoint | undefined> = new Set<Endpoint>(["transcriptions", "translations"])

export class FormIntake implements Watched {
  private readonly request: IncomingMessage
  private readonly passage: Passage
  private readonly settings: Settings
  private readonly boundary: string
  private readonly upload: Upload
  private readonly received: Received
  private readonly scanner: FormScanner
  private readonly startedAt = performance.now()
  private lastAt = this.startedAt
  private length = 0
  /** It is us who let the client wait. */
  private waiting = false
  private done = false

  constructor(
    request: IncomingMessage,
    passage: Passage,
    settings: Settings,
    boundary: string,
    upload: Upload,
    received: Received
  ) {
    this.request = request
    this.passage = passage
    this.settings = settings
    this.boundary = boundary
    this.upload = upload
    this.received = received
    this.scanner = new FormScanner(boundary)
    passage.current = this
    upload.onProceed(this.onProceed)
    request.on("data", this.onData)
    request.on("end", this.onEnd)
  }

  check(now: number): void {
    if (this.waiting) this.lastAt = now
    const { bodyIdle, uploadTotal } = this.settings
    if (now - this.lastAt >= bodyIdle || now - this.startedAt >= uploadTotal) this.finish(bodyTooSlow)
  }

  stop(): void {
    this.finish(stopping)
  }

  /** Listens no more. */
  interruptUnsafe(): void {
    this.done = true
    this.request.off("data", this.onData)
    this.request.off("end", this.onEnd)
    if (this.passage.current === this) this.passage.current = undefined
  }

  private readonly onData = (chunk: Buffer): void => {
    this.lastAt = performance.now()
    this.length += chunk.length
    const { maxUpload } = this.settings
    if (this.length > maxUpload) return this.finish(bodyTooLarge(maxUpload))
    const error = this.scanner.push(chunk)
    if (error !== undefined) return this.finish(refusalOf(error))
    switch (this.upload.add(chunk)) {
      case "memory-full":
        return this.finish(memoryFull)
      case "spool-full":
        return this.finish(spoolFull)
      case "wait":
        this.waiting = true
        this.request.pause()
    }
  }

  private readonly onProceed = (error?: Error): void => {
    if (this.done) return
    if (error !== undefined) return this.fail(error)
    this.waiting = false
    this.lastAt = performance.now()
    this.request.resume()
  }

  private readonly onEnd = (): void => {
    const scanned = this.scanner.end()
    if (scanned._tag !== "ScannedForm") return this.finish(refusalOf(scanned))
    this.waiting = true
    this.keep(scanned).catch((error: Error) => this.fail(error))
  }

  private async keep(scanned: ScannedForm): Promise<void> {
    await this.upload.seal()
    const { endpoint } = this.passage
    const audio = heard.has(endpoint) && scanned.file !== undefined
      ? await audioIn(this.upload, scanned.file)
      : undefined
    if (this.done) return
    this.passage.body = new FormBody(this.upload, this.boundary, scanned, audio)
    this.interruptUnsafe()
    this.received(undefined)
  }

  /** The disk is full, or gone. */
  private fail(error: Error): void {
    if (!this.done) this.finish(uploadLost, error)
  }

  private finish(refused: OpenAiError, lost?: Error): void {
    if (this.done) return
    this.interruptUnsafe()
    this.upload.discard()
    // What is still to come is drained or cut off once the refusal is out.
    this.request.pause()
    this.received(refused, lost)
  }
}
