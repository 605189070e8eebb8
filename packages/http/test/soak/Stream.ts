/** One streaming answer as a user reads it: event by event, and compared with what the engine meant to say. */
import * as Speech from "@aiguilleur/lab/face/Speech"
import { StringDecoder } from "node:string_decoder"
import type { Dispatcher } from "undici"
import type { Ending, Tally } from "./Tally.ts"

interface Chunk {
  readonly error?: { readonly code?: string }
  readonly choices?: ReadonlyArray<{ readonly delta?: { readonly content?: string } }>
}

const codeIn = (body: string): string => {
  try {
    return (JSON.parse(body) as Chunk).error?.code ?? "?"
  } catch {
    return "no JSON"
  }
}

export class Stream implements Dispatcher.DispatchHandler {
  private readonly tally: Tally
  private readonly tokens: number
  /** The user hangs up after so many tokens. */
  private readonly patience: number
  private readonly ended: (ending: Ending) => void
  private readonly decoder = new StringDecoder("utf8")
  private held = ""
  private status = 0
  private said = 0
  private right = true
  private failed = false
  private done = false
  private over = false

  constructor(tally: Tally, tokens: number, patience: number, ended: (ending: Ending) => void) {
    this.tally = tally
    this.tokens = tokens
    this.patience = patience
    this.ended = ended
  }

  onRequestStart(): void {}

  onResponseStart(_: Dispatcher.DispatchController, status: number): void {
    this.status = status
  }

  onResponseData(controller: Dispatcher.DispatchController, bytes: Buffer): void {
    this.held += this.decoder.write(bytes)
    if (this.status !== 200) return
    const end = this.held.lastIndexOf("\n\n")
    if (end === -1) return
    const events = this.held.slice(0, end)
    this.held = this.held.slice(end + 2)
    for (const event of events.split("\n\n")) this.read(event)
    if (this.said < this.patience || this.over) return
    this.end("left")
    controller.abort(new Error("The user has hung up."))
  }

  onResponseEnd(): void {
    if (this.status !== 200) {
      this.tally.refuse(`${this.status} ${codeIn(this.held)}`)
      return this.end("refused")
    }
    if (this.failed) return this.end("broken")
    this.end(this.done && this.right && this.said === this.tokens ? "whole" : "silently short")
  }

  onResponseError(): void {
    this.end("broken")
  }

  private read(event: string): void {
    if (event.startsWith(":")) return
    if (event === "data: [DONE]") {
      this.done = true
      return
    }
    const chunk = JSON.parse(event.slice(6)) as Chunk
    if (chunk.error !== undefined) this.failed = true
    const content = chunk.choices?.[0]?.delta?.content
    if (content === undefined || content === "") return
    if (this.said === 0) this.tally.streaming++
    this.tally.tokens++
    if (content !== Speech.token(++this.said)) this.right = false
  }

  private end(ending: Ending): void {
    if (this.over) return
    this.over = true
    if (this.said > 0) this.tally.streaming--
    this.ended(ending)
  }
}
