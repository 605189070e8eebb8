/** One server-sent event as it passes, and the cheap question of what kind it is. */

/**
 * `comment` carries no data (comments, or fields a client does nothing with until data comes), `done` is the `[DONE]`
 * that ends OpenAI's streams, `error` tells that the engine failed.
 */
export type EventKind = "comment" | "data" | "done" | "error"

export interface ServerEvent {
  readonly kind: EventKind
  /** The first event of kind `data` in its stream: what a time to first token ends at. */
  readonly first: boolean
  /** Holds the event from `start` to `end`, its blank line included; may be overwritten once the visitor returns. */
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
}

export const eventKind = (_bytes: Buffer, _start: number, _end: number): EventKind => "data"

/** What the event's `data` lines say, without their names. */
export const dataOf = (_event: ServerEvent): string => ""
