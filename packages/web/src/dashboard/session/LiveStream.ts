/** The connection to the gateway: read as it comes, opened again when it breaks, given up when the key is refused. */
import type { Message } from "../wire/Live.ts"
import { ApiError, ask } from "./Api.ts"
import { events } from "./EventReader.ts"
import type { Picture, Who } from "./Picture.ts"
import * as Pictures from "./Picture.ts"

export type Line =
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  /** `since` by our own clock, epoch milliseconds. */
  | { readonly state: "lost"; readonly since: number }
  | { readonly state: "refused"; readonly message: string }

export interface Live {
  readonly line: Line
  readonly who: Who | undefined
  /** Undefined before the first frame. */
  readonly picture: Picture | undefined
}

/** The gateway says something every second. */
const silence = 4_000
const pauses = [250, 500, 1_000, 2_000, 4_000] as const

export class LiveStream {
  private live: Live = { line: { state: "connecting" }, who: undefined, picture: undefined }
  private readonly listeners = new Set<() => void>()
  private readonly end = new AbortController()
  private readonly key: string
  private failures = 0

  constructor(key: string) {
    this.key = key
    void this.run()
  }

  readonly subscribe = (listener: () => void): () => void => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly snapshot = (): Live => this.live

  close(): void {
    this.end.abort()
  }

  private tell(live: Partial<Live>): void {
    this.live = { ...this.live, ...live }
    for (const listener of this.listeners) listener()
  }

  private async run(): Promise<void> {
    while (!this.end.signal.aborted) {
      try {
        await this.read()
      } catch (cause) {
        if (this.end.signal.aborted) return
        if (cause instanceof ApiError && (cause.status === 401 || cause.status === 403)) {
          return this.tell({ line: { state: "refused", message: cause.message } })
        }
      }
      if (this.live.line.state === "refused") return
      if (this.live.line.state !== "lost") this.tell({ line: { state: "lost", since: Date.now() } })
      const pause = pauses[Math.min(this.failures++, pauses.length - 1)]!
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }

  /** Until the stream ends or falls silent. */
  private async read(): Promise<void> {
    const connection = new AbortController()
    const hangUp = () => connection.abort()
    this.end.signal.addEventListener("abort", hangUp)
    let watchdog = setTimeout(hangUp, silence)
    try {
      const { body } = await ask(this.key, "live", { signal: connection.signal })
      for await (const message of events(body!)) {
        clearTimeout(watchdog)
        watchdog = setTimeout(hangUp, silence)
        this.hear(message as Message)
      }
    } finally {
      clearTimeout(watchdog)
      this.end.signal.removeEventListener("abort", hangUp)
    }
  }

  private hear(message: Message): void {
    if ("hello" in message) return this.tell({ who: message.hello })
    if ("farewell" in message) return this.tell({ line: { state: "refused", message: "" } })
    this.failures = 0
    const picture = Pictures.next(this.live.picture ?? Pictures.empty, message)
    this.tell(this.live.line.state === "live" ? { picture } : { picture, line: { state: "live" } })
  }
}
