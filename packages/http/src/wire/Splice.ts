/** Changes a few members of a JSON object that was received in chunks, and leaves every other byte as it came. */
import type { ScannedBody } from "./BodyScanner.ts"
import type { Member, ScannedObject, Span } from "./ObjectScanner.ts"

export type Edit =
  | { readonly _tag: "Replace"; readonly span: Span; readonly bytes: Uint8Array }
  | { readonly _tag: "Remove"; readonly member: Member }
  /** `bytes` are members without a comma before or after them, such as `"a":1,"b":2`. */
  | { readonly _tag: "Insert"; readonly at: "first" | "last"; readonly bytes: Uint8Array }

/** What is sent instead of what was received. */
export interface Spliced {
  readonly chunks: ReadonlyArray<Uint8Array>
  /** The content-length. */
  readonly length: number
}

/** Puts `json`, a JSON value, in the place of the member's value. */
export const replace = (member: Member, json: string): Edit => ({
  _tag: "Replace",
  span: member.value,
  bytes: Buffer.from(json)
})

export const remove = (member: Member): Edit => ({ _tag: "Remove", member })

/** Adds a member; `json` is a JSON value. The object must not have a member of that name. */
export const insert = (name: string, json: string, at: "first" | "last" = "last"): Edit => ({
  _tag: "Insert",
  at,
  bytes: Buffer.from(`${JSON.stringify(name)}:${json}`)
})

const usageOptions = Buffer.from("{\"include_usage\":true}")
const insertedOptions = insert("stream_options", "{\"include_usage\":true}")

/** Makes the engine report usage at the end of a stream; undefined if the client already asks for it. */
export const askForUsage = (body: ScannedBody): Edit | undefined => {
  if (body.includeUsage === true) return undefined
  const options = body.streamOptions
  if (options === undefined) {
    const absent = body.members.get("stream_options")
    if (absent === undefined) return insertedOptions
    return { _tag: "Replace", span: absent.value, bytes: usageOptions }
  }
  const asked = options.members.get("include_usage")
  if (asked !== undefined) return replace(asked, "true")
  const rest = options.memberCount > 0 ? "," : ""
  return {
    _tag: "Replace",
    span: { start: options.open, end: options.open },
    bytes: Buffer.from(`"include_usage":true${rest}`)
  }
}

interface Patch {
  readonly start: number
  readonly end: number
  readonly bytes: Uint8Array
}

const none = Buffer.alloc(0)
const comma = Buffer.from(",")

/**
 * The chunks are those that were scanned, whole and in order; they are neither changed nor copied. A field is edited
 * once: edits that overlap are a mistake of the caller and throw.
 */
export const splice = (
  chunks: ReadonlyArray<Uint8Array>,
  body: ScannedObject & { readonly length: number },
  edits: ReadonlyArray<Edit>
): Spliced => {
  if (edits.length === 0) return { chunks, length: body.length }
  const patches = patchesOf(body, edits)
  const pieces: Array<Uint8Array> = []
  let length = 0
  let chunk = 0
  let base = 0
  let at = 0
  const put = (bytes: Uint8Array) => {
    if (bytes.length === 0) return
    pieces.push(bytes)
    length += bytes.length
  }
  // Walks the received bytes from `at` to `to`, and lets them pass or not.
  const walk = (to: number, pass: boolean) => {
    while (at < to) {
      const here = chunks[chunk]!
      const until = Math.min(to, base + here.length)
      if (pass) put(until - at === here.length ? here : here.subarray(at - base, until - base))
      at = until
      if (at === base + here.length) {
        base = at
        chunk++
      }
    }
  }
  for (const patch of patches) {
    if (patch.start < at) throw new Error("Two edits of a body overlap.")
    walk(patch.start, true)
    put(patch.bytes)
    walk(patch.end, false)
  }
  walk(body.length, true)
  return { chunks: pieces, length }
}

/** One buffer: for a small body cheaper to send than its pieces. */
export const join = (spliced: Spliced): Uint8Array =>
  spliced.chunks.length === 1 ? spliced.chunks[0]! : Buffer.concat(spliced.chunks, spliced.length)

const patchesOf = (body: ScannedObject, edits: ReadonlyArray<Edit>): ReadonlyArray<Patch> => {
  const patches: Array<Patch> = []
  const removed: Array<Member> = []
  const first: Array<Uint8Array> = []
  const last: Array<Uint8Array> = []
  for (const edit of edits) {
    if (edit._tag === "Replace") patches.push({ ...edit.span, bytes: edit.bytes })
    else if (edit._tag === "Remove") removed.push(edit.member)
    else if (edit.at === "first") first.push(edit.bytes)
    else last.push(edit.bytes)
  }
  removed.sort((a, b) => a.ordinal - b.ordinal)
  // Members removed from the front take the comma after them along, all others the comma before them: so no
  // comma is taken twice and none is left over, whatever is removed.
  let leading = 0
  for (const member of removed) {
    if (member.ordinal === leading) {
      leading++
      patches.push({ start: member.name, end: member.next === -1 ? member.value.end : member.next, bytes: none })
    } else patches.push({ start: member.comma, end: member.value.end, bytes: none })
  }
  const left = body.memberCount - removed.length
  for (const [i, bytes] of first.entries()) {
    patches.push({ start: body.open, end: body.open, bytes })
    if (left > 0 || i < first.length - 1) patches.push({ start: body.open, end: body.open, bytes: comma })
  }
  for (const [i, bytes] of last.entries()) {
    if (left + first.length + i > 0) patches.push({ start: body.close, end: body.close, bytes: comma })
    patches.push({ start: body.close, end: body.close, bytes })
  }
  // Stable, so that what goes to the same place stays in order.
  return patches.sort((a, b) => a.start - b.start || a.end - b.end)
}
