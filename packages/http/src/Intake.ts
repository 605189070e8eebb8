/** Receives a request's body: scanned as it comes, held under both bounds, refused as early as can be. */
import type { Endpoint } from "@aiguilleur/backends/Endpoint"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Settings } from "./GatewaySettings.ts"
import type { HeldBytes } from "./HeldBytes.ts"
import type { Watched } from "./InFlight.ts"
import type { OpenAiError } from "./OpenAiError.ts"
import { bodyTooLarge, bodyTooSlow, malformed, memoryFull, stopping } from "./OpenAiError.ts"
import type { Passage } from "./Passage.ts"
import { JsonBody } from "./ReceivedBody.ts"
import { FormIntake, noBoundary, type Received } from "./upload/FormIntake.ts"
import type { Spool } from "./upload/Spool.ts"
import { Upload } from "./upload/Upload.ts"
import { describe } from "./wire/BodyError.ts"
import type { BodyError } from "./wire/BodyError.ts"
import { BodyScanner } from "./wire/BodyScanner.ts"
import { boundaryOf, isForm } from "./wire/Boundary.ts"

/** Ollama's own API streams where OpenAI's does not. */
const streamsUnlessTold: ReadonlySet<Endpoint> = new Set(["ollamaChat", "ollamaGenerate"])

const refusalOf = (error: BodyError): OpenAiError => malformed(describe(error), "field" in error ? error.field : null)

class Intake implements Watched {
  private readonly request: IncomingMessage
  private readonly passage: Passage
  private readonly settings: Settings
  private readonly held: HeldBytes
  private readonly received: Received
  private readonly scanner = new BodyScanner()
  private readonly chunks: Array<Buffer> = []
  private length = 0
  private readonly beganAt = performance.now()
  private lastAt = this.beganAt

  constructor(
    request: IncomingMessage,
    passage: Passage,
    settings: Settings,
    held: HeldBytes,
    received: Received
  ) {
    this.request = request
    this.passage = passage
    this.settings = settings
    this.held = held
    this.received = received
    passage.current = this
    request.on("data", this.onData)
    request.on("end", this.onEnd)
  }

  check(now: number): void {
    const { bodyIdle, bodyTotal } = this.settings
    if (now - this.lastAt >= bodyIdle || now - this.beganAt >= bodyTotal) this.finish(bodyTooSlow)
  }

  stop(): void {
    this.finish(stopping)
  }

  /** Listens no more; what was received stays held until the response is closed. */
  interruptUnsafe(): void {
    this.request.off("data", this.onData)
    this.request.off("end", this.onEnd)
    if (this.passage.current === this) this.passage.current = undefined
  }

  private readonly onData = (chunk: Buffer): void => {
    this.lastAt = performance.now()
    this.length += chunk.length
    if (this.length > this.settings.maxBody) return this.finish(bodyTooLarge(this.settings.maxBody))
    if (!this.held.claim(chunk.length)) return this.finish(memoryFull)
    this.passage.heldBytes += chunk.length
    const error = this.scanner.push(chunk)
    if (error !== undefined) return this.finish(refusalOf(error))
    this.chunks.push(chunk)
  }

  private readonly onEnd = (): void => {
    const { endpoint } = this.passage
    const scanned = this.scanner.end(endpoint !== undefined && streamsUnlessTold.has(endpoint))
    if (scanned._tag !== "ScannedBody") return this.finish(refusalOf(scanned))
    this.passage.body = new JsonBody(this.chunks, scanned)
    // Nothing more will come: to stop listening would only cost time.
    this.passage.current = undefined
    this.received(undefined)
  }

  private finish(refused: OpenAiError): void {
    this.interruptUnsafe()
    // What is still to come is drained or cut off once the refusal is out.
    this.request.pause()
    this.received(refused)
  }
}

/** Where bodies are kept until they are sent, all requests together. */
export interface Stores {
  readonly held: HeldBytes
  readonly spool: Spool["Service"]
}

/** Tells `received` once, perhaps at once, unless the passage is abandoned before. */
export const receive = (
  request: IncomingMessage,
  response: ServerResponse,
  passage: Passage,
  settings: Settings,
  { held, spool }: Stores,
  received: Received
): void => {
  const { "content-length": announced, "content-type": type } = request.headers
  const form = isForm(type)
  const limit = form ? settings.maxUpload : settings.maxBody
  const boundary = form ? boundaryOf(type!) : undefined
  if (announced !== undefined && Number(announced) > limit) received(bodyTooLarge(limit))
  else if (form && boundary === undefined) received(noBoundary)
  else {
    // Curl waits for this before it sends a large body.
    if (request.headers.expect !== undefined) response.writeContinue()
    if (boundary === undefined) {
      return passage.proceed(new Intake(request, passage, settings, held, received))
    }
    passage.upload = new Upload(spool, held, settings.uploadInMemory)
    passage.proceed(new FormIntake(request, passage, settings, boundary, passage.upload, received))
  }
}
