/** A form with a file of audio, read as far as the simulation needs: its fields, and how long the audio is. */
import * as Refusal from "./Refusal.ts"

export interface Upload {
  readonly name: string
  readonly bytes: Buffer
}

export interface Form {
  readonly fields: Readonly<Record<string, string>>
  readonly files: Readonly<Record<string, Upload>>
}

export interface AudioForm {
  readonly fields: Readonly<Record<string, string>>
  readonly seconds: number
}

const boundaryOf = (contentType: string): string | undefined =>
  /^multipart\/form-data\b.*;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType)?.slice(1).find((each) =>
    each !== undefined
  )

const attribute = (head: string, name: string): string | undefined =>
  new RegExp(`[;\\s]${name}="([^"]*)"`, "i").exec(head)?.[1]

/** `undefined` when the content type is no form's. */
export const parse = (contentType: string, body: Buffer): Form | undefined => {
  const boundary = boundaryOf(contentType)
  if (boundary === undefined) return undefined
  const fields: Record<string, string> = {}
  const files: Record<string, Upload> = {}
  const mark = Buffer.from(`--${boundary}`)
  for (let at = body.indexOf(mark); at !== -1;) {
    const next = body.indexOf(mark, at + mark.length)
    if (next === -1) break
    const part = body.subarray(at + mark.length + 2, next - 2)
    at = next
    const gap = part.indexOf("\r\n\r\n")
    const head = part.subarray(0, Math.max(0, gap)).toString()
    const name = attribute(head, "name")
    if (gap === -1 || name === undefined) continue
    const bytes = part.subarray(gap + 4)
    const file = attribute(head, "filename")
    if (file === undefined) fields[name] = bytes.toString()
    else files[name] = { name: file, bytes }
  }
  return { fields, files }
}

/** Of a WAV by its header; of anything else as if it were MP3 of 128 kbit/s. */
const secondsOf = (bytes: Buffer): number => {
  const guess = bytes.length / 16_000
  if (bytes.length < 44 || bytes.toString("latin1", 0, 4) !== "RIFF") return guess
  const rate = bytes.readUInt32LE(28)
  const data = bytes.indexOf("data", 36, "latin1")
  return rate === 0 || data === -1 ? guess : (bytes.length - data - 8) / rate
}

export const isForm = (body: unknown): body is Form =>
  typeof body === "object" && body !== null && "fields" in body && "files" in body

export const read = (body: unknown): AudioForm | Refusal.Refusal => {
  if (!isForm(body)) return Refusal.missing("file")
  const { file } = body.files
  if (file === undefined) return Refusal.missing("file")
  if (file.bytes.length === 0) return Refusal.undecodable
  return { fields: body.fields, seconds: secondsOf(file.bytes) }
}
