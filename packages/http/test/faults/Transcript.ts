/** What a client received, read from the bytes themselves: the head, the body, and whether it was all. */

export interface Transcript {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** The body is as long as its framing says. */
  readonly complete: boolean
}

const headerOf = (line: string): readonly [string, string] => {
  const colon = line.indexOf(":")
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
}

const dechunked = (bytes: Buffer): Pick<Transcript, "body" | "complete"> => {
  const pieces: Array<Buffer> = []
  for (let at = 0;;) {
    const end = bytes.indexOf("\r\n", at)
    const size = end === -1 ? Number.NaN : Number.parseInt(bytes.toString("latin1", at, end), 16)
    if (Number.isNaN(size)) return { body: Buffer.concat(pieces), complete: false }
    if (size === 0) return { body: Buffer.concat(pieces), complete: true }
    pieces.push(bytes.subarray(end + 2, end + 2 + size))
    at = end + 2 + size + 2
  }
}

/** Undefined while there is no whole head. Interim answers are passed over. */
export const read = (received: string): Transcript | undefined => {
  const split = received.indexOf("\r\n\r\n")
  if (split === -1) return undefined
  const [line = "", ...lines] = received.slice(0, split).split("\r\n")
  const status = Number(line.split(" ")[1])
  if (status < 200) return read(received.slice(split + 4))
  const headers = Object.fromEntries(lines.map(headerOf))
  const bytes = Buffer.from(received.slice(split + 4))
  if (headers["transfer-encoding"] === "chunked") return { status, headers, ...dechunked(bytes) }
  return { status, headers, body: bytes, complete: bytes.length === Number(headers["content-length"]) }
}
