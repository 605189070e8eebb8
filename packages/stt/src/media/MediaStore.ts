/** Where media stay until they are transcribed: a folder or a bucket, behind the same four verbs. */
import { Context, type Effect, Schema } from "effect"
import type { Readable } from "node:stream"

export class MediaStoreError extends Schema.TaggedError<MediaStoreError>()("MediaStoreError", {
  cause: Schema.Defect()
}) {
  override get message() {
    return `The media store failed: ${String(this.cause)}`
  }
}

export interface Opened {
  readonly size: number
  readonly stream: Readable
}

export class MediaStore extends Context.Service<MediaStore, {
  /** Takes the file over: it is gone from its path afterwards, and safe under its key. */
  readonly adopt: (path: string, key: string, mime: string) => Effect.Effect<void, MediaStoreError>
  /** Undefined when there is nothing under the key. The caller ends the stream. */
  readonly open: (key: string) => Effect.Effect<Opened | undefined, MediaStoreError>
  /** Removing what is not there is no failure. */
  readonly remove: (key: string) => Effect.Effect<void, MediaStoreError>
}>()("@aiguilleur/stt/MediaStore") {}
