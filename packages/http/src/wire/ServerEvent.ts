/** One server-sent event as it passes, and the cheap question of what kind it is. */

/**
 * `comment` carries no data (comments, or fields a client does nothing with until data comes), `done` is the `[DONE]`
 * that ends OpenAI's streams, `error` tells that the engine failed.
 */
export type EventKind = "comment" | "data" | "done" | "error"

export interface ServerEvent {
  readonly kind: EventKind
  /** Holds the event from `start` to `end`, its blank line included. */
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
}

const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))

const byteOrderMark = Uint8Array.of(0xef, 0xbb, 0xbf)
const data = ascii("data")
const namedEvent = ascii("event:")
const error = ascii("error")
const done = ascii("[DONE]")
const errorField = ascii("\"error\"")
const errorTags = [ascii("\"type\""), ascii("\"object\"")]

/** Looks at the first line of data only, and no further into it than its first field. */
export const eventKind = (bytes: Buffer, start: number, end: number): EventKind => {
  let named = false
  for (let line = afterMark(bytes, start, end); line < end; line = nextLine(bytes, line, end)) {
    const from = dataStart(bytes, line, end)
    if (from !== -1) {
      const kind = named ? "error" : payloadKind(bytes, from, end)
      // An empty line of data says nothing yet.
      if (kind !== "comment") return kind
    } else if (has(bytes, line, end, namedEvent)) {
      named = has(bytes, skipSpace(bytes, line + namedEvent.length, end), end, error)
    }
  }
  return "comment"
}

/** What the event's `data` lines say, joined by line feeds as a client would. */
export const dataOf = ({ bytes, end, start }: ServerEvent): string => {
  let text: string | undefined
  for (let line = afterMark(bytes, start, end); line < end; line = nextLine(bytes, line, end)) {
    const from = dataStart(bytes, line, end)
    if (from === -1) continue
    const said = bytes.toString("utf8", from, lineEnd(bytes, from, end))
    text = text === undefined ? said : `${text}\n${said}`
  }
  return text ?? ""
}

/** What its line `event` calls it; empty without one. */
export const nameOf = ({ bytes, end, start }: ServerEvent): string => {
  for (let line = afterMark(bytes, start, end); line < end; line = nextLine(bytes, line, end)) {
    if (!has(bytes, line, end, namedEvent)) continue
    return bytes.toString("latin1", skipSpace(bytes, line + namedEvent.length, end), lineEnd(bytes, line, end))
  }
  return ""
}

const payloadKind = (bytes: Buffer, from: number, end: number): EventKind => {
  const at = skipSpace(bytes, from, end)
  if (at === end || bytes[at] === LF || bytes[at] === CR) return "comment"
  if (has(bytes, at, end, done)) return "done"
  return bytes[at] === 0x7b && isError(bytes, skipSpace(bytes, at + 1, end), end) ? "error" : "data"
}

// Engines write `{"error": …}`, LMDeploy and older vLLM `{"object": "error", …}`, Anthropic's protocol
// `{"type": "error", …}`; `"error": null` is part of a healthy answer.
const isError = (bytes: Buffer, name: number, end: number): boolean => {
  if (has(bytes, name, end, errorField)) {
    const value = valueStart(bytes, name + errorField.length, end)
    return value < end && bytes[value] !== 0x6e
  }
  for (const tag of errorTags) {
    if (has(bytes, name, end, tag)) return has(bytes, valueStart(bytes, name + tag.length, end), end, errorField)
  }
  return false
}

/** Past the colon after a field's name and the spaces around it; `end` if there is no colon. */
export const valueStart = (bytes: Buffer, at: number, end: number): number => {
  const colon = skipSpace(bytes, at, end)
  return colon < end && bytes[colon] === 0x3a ? skipSpace(bytes, colon + 1, end) : end
}

const skipSpace = (bytes: Buffer, at: number, end: number): number => {
  let i = at
  while (i < end && (bytes[i] === SPACE || bytes[i] === 0x09)) i++
  return i
}

const has = (bytes: Buffer, at: number, end: number, text: Uint8Array): boolean => {
  if (at + text.length > end) return false
  for (let i = 0; i < text.length; i++) {
    if (bytes[at + i] !== text[i]) return false
  }
  return true
}

const afterMark = (bytes: Buffer, start: number, end: number): number =>
  has(bytes, start, end, byteOrderMark) ? start + byteOrderMark.length : start

/** Where the data of this line starts; -1 if the line is of another field. */
const dataStart = (bytes: Buffer, line: number, end: number): number => {
  if (!has(bytes, line, end, data)) return -1
  const colon = line + data.length
  if (colon === end || bytes[colon] === LF || bytes[colon] === CR) return colon
  if (bytes[colon] !== 0x3a) return -1
  return bytes[colon + 1] === SPACE && colon + 1 < end ? colon + 2 : colon + 1
}

const lineEnd = (bytes: Buffer, at: number, end: number): number => {
  let i = at
  while (i < end && bytes[i] !== LF && bytes[i] !== CR) i++
  return i
}

const nextLine = (bytes: Buffer, at: number, end: number): number => {
  const i = lineEnd(bytes, at, end)
  return bytes[i] === CR && i + 1 < end && bytes[i + 1] === LF ? i + 2 : i + 1
}
