/** UUIDs of version 7, in the order in which this process made them. */
import { Clock, Effect } from "effect"
import { randomBytes } from "node:crypto"

let lastMillis = 0
let counter = 0

const format = (bytes: Buffer): string => {
  const hex = bytes.toString("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Two made in the same millisecond differ in a counter, so that the newest of them is known. */
export const make: Effect.Effect<string> = Effect.map(Clock.currentTimeMillis, (millis) => {
  if (millis > lastMillis) {
    lastMillis = millis
    counter = randomBytes(2).readUInt16BE() & 0x3ff
  } else if (++counter > 0xfff) {
    lastMillis++
    counter = 0
  }
  const bytes = Buffer.concat([Buffer.alloc(8), randomBytes(8)])
  bytes.writeUIntBE(lastMillis, 0, 6)
  bytes.writeUInt16BE(0x7000 | counter, 6)
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return format(bytes)
})

export const isId = (text: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
