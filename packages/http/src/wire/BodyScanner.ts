/** Reads, while a request body arrives, the few fields of it that the gateway acts upon. */
import type { BodyError } from "./BodyError.ts"
import { ObjectScanner, type ScannedObject } from "./ObjectScanner.ts"
import { type OwnedField, ownedNames, type OwnedValues, ownedValues } from "./OwnedField.ts"

/** A body that is one well-formed JSON object, and what its owned fields say. */
export interface ScannedBody extends ScannedObject<OwnedField>, OwnedValues {
  readonly _tag: "ScannedBody"
  /** Bytes of the whole body, surrounding white space included. */
  readonly length: number
}

export class BodyScanner {
  private readonly scanner: ObjectScanner<OwnedField>
  private length = 0

  constructor(maxDepth?: number) {
    this.scanner = new ObjectScanner(ownedNames, maxDepth)
  }

  /** Reads the next bytes, once; the chunk must not change afterwards. The first error stays. */
  push(chunk: Buffer): BodyError | undefined {
    this.length += chunk.length
    return this.scanner.push(chunk)
  }

  /**
   * Wrong types are told here and not on the way, so that what is not JSON at all is told as that. A body that says
   * nothing of `stream` means what its protocol has it mean.
   */
  end(streamUnlessTold = false): BodyError | ScannedBody {
    const scanned = this.scanner.end()
    if ("_tag" in scanned) return scanned
    const values = ownedValues(scanned.members, streamUnlessTold)
    if ("_tag" in values) return values
    // Written out, because spreading two objects into a third takes longer than scanning a small body.
    return {
      _tag: "ScannedBody",
      length: this.length,
      open: scanned.open,
      close: scanned.close,
      memberCount: scanned.memberCount,
      members: scanned.members,
      model: values.model,
      stream: values.stream,
      includeUsage: values.includeUsage,
      streamOptions: values.streamOptions,
      priority: values.priority,
      routingMode: values.routingMode,
      maxTokens: values.maxTokens,
      n: values.n
    }
  }
}
