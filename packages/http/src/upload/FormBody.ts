/** A form that was received whole, with its file in memory or in a temporary one. */
import type { Rewrite } from "@aiguilleur/core/Backend"
import { secondsOf } from "../audio/Duration.ts"
import type { Payload, ReceivedBody } from "../ReceivedBody.ts"
import { contentTypeOf } from "../wire/Boundary.ts"
import type { ScannedForm } from "../wire/FormScanner.ts"
import { lengthOf, splice } from "../wire/FormSplice.ts"
import type { Span } from "../wire/ObjectScanner.ts"
import type { Upload } from "./Upload.ts"

/** Never fails. */
export const audioIn = (upload: Upload, { end, start }: Span): Promise<number> =>
  secondsOf({
    length: end - start,
    read: (at, length) => upload.read(Math.min(start + at, end), Math.min(start + at + length, end))
  })

export class FormBody implements ReceivedBody {
  readonly scanned: ScannedForm
  readonly audio: number | undefined
  private readonly upload: Upload
  private readonly boundary: string

  constructor(upload: Upload, boundary: string, scanned: ScannedForm, audio: number | undefined) {
    this.upload = upload
    this.boundary = boundary
    this.scanned = scanned
    this.audio = audio
  }

  /** Each attempt reads it anew. */
  payload(fields: Rewrite["fields"]): Payload {
    const pieces = splice(this.scanned, this.boundary, fields)
    const { upload } = this
    return {
      contentType: contentTypeOf(this.boundary),
      length: lengthOf(pieces),
      body: upload.isInMemory ? upload.inMemoryPieces(pieces) : upload.pieces(pieces)
    }
  }
}
