/** A body that was received whole: what it says to the gateway, and what is sent of it to a server. */
import type { Rewrite } from "@aiguilleur/core/Backend"
import { editsOf } from "./Rewriting.ts"
import type { ScannedBody } from "./wire/BodyScanner.ts"
import type { OwnedValues } from "./wire/OwnedField.ts"
import { join, splice } from "./wire/Splice.ts"

/** What one attempt sends. */
export interface Payload {
  readonly contentType: string
  readonly length: number
  /** One buffer, where `length` needs not be said; else pieces, there already or still to be read. */
  readonly body: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

export interface ReceivedBody {
  readonly scanned: Omit<OwnedValues, "streamOptions"> & { readonly length: number }
  /** Seconds of audio in it, as far as can be told; undefined for anything else. */
  readonly audio: number | undefined
  readonly payload: (fields: Rewrite["fields"]) => Payload
}

/** Below this, one copy of a body is cheaper to send than its pieces. */
const joined = 256 * 1024

export class JsonBody implements ReceivedBody {
  readonly scanned: ScannedBody
  readonly audio = undefined
  private readonly chunks: ReadonlyArray<Uint8Array>

  constructor(chunks: ReadonlyArray<Uint8Array>, scanned: ScannedBody) {
    this.chunks = chunks
    this.scanned = scanned
  }

  payload(fields: Rewrite["fields"]): Payload {
    const spliced = splice(this.chunks, this.scanned, editsOf(this.scanned, fields))
    const whole = spliced.length <= joined || spliced.chunks.length === 1
    return {
      contentType: "application/json",
      length: spliced.length,
      body: whole ? join(spliced) : spliced.chunks
    }
  }
}
