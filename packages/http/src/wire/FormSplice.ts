/** Changes the few fields of a form that are the gateway's, and leaves every other byte as it came. */
import type { Parts } from "./FormField.ts"
import { formFields } from "./FormField.ts"
import type { ScannedForm } from "./FormScanner.ts"
import type { Span } from "./ObjectScanner.ts"

/** What is sent, in its order: bytes of our own, and stretches of what was received. */
export type Piece = Uint8Array | Span

interface Patch extends Span {
  readonly bytes: Uint8Array
}

const none = Buffer.alloc(0)

const partOf = (boundary: string, name: string, value: unknown): Buffer => {
  const text = typeof value === "string" ? value : JSON.stringify(value)
  return Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`)
}

/** A part is replaced as a whole, so that nothing in its head speaks of another value. */
const patchesOf = (
  parts: Parts,
  open: number,
  boundary: string,
  fields: Readonly<Record<string, unknown>>
): ReadonlyArray<Patch> => {
  const patches: Array<Patch> = []
  const edited = new Set<Span>()
  for (const [name, value] of Object.entries(fields)) {
    const field = formFields.get(name)
    const part = field === undefined ? undefined : parts.get(field)
    if (part === undefined) {
      if (value !== undefined) patches.push({ start: open, end: open, bytes: partOf(boundary, name, value) })
    } else if (!edited.has(part)) {
      // Both spellings of a field are one part.
      edited.add(part)
      patches.push({ ...part, bytes: value === undefined ? none : partOf(boundary, name, value) })
    }
  }
  return patches.sort((a, b) => a.start - b.start || a.end - b.end)
}

/** A value of `undefined` removes a field. */
export const splice = (
  { length, open, parts }: ScannedForm,
  boundary: string,
  fields: Readonly<Record<string, unknown>>
): ReadonlyArray<Piece> => {
  const pieces: Array<Piece> = []
  let at = 0
  const upTo = (end: number) => {
    if (end > at) pieces.push({ start: at, end })
    at = end
  }
  for (const { bytes, end, start } of patchesOf(parts, open, boundary, fields)) {
    upTo(start)
    if (bytes.length > 0) pieces.push(bytes)
    at = end
  }
  upTo(length)
  return pieces
}

export const lengthOf = (pieces: ReadonlyArray<Piece>): number =>
  pieces.reduce((sum, piece) => sum + (piece instanceof Uint8Array ? piece.length : piece.end - piece.start), 0)
