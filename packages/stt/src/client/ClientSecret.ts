/** Secrets of clients: kept only as a salted hash that is slow to guess, and quick to check once it was right. */
import { Effect, Redacted, Semaphore } from "effect"
import { createHmac, randomBytes, scrypt, timingSafeEqual } from "node:crypto"

export const generate = (): Redacted.Redacted => Redacted.make(`stt_${randomBytes(24).toString("base64url")}`)

const derive = (secret: string, salt: Buffer): Effect.Effect<Buffer> =>
  Effect.callback((resume) => {
    scrypt(secret, salt, 32, { N: 16_384, r: 8, p: 1 }, (error, key) =>
      resume(error === null ? Effect.succeed(key) : Effect.die(error)))
  })

export const hash = Effect.fnUntraced(function*(secret: Redacted.Redacted) {
  const salt = randomBytes(16)
  const key = yield* derive(Redacted.value(secret), salt)
  return `scrypt:${salt.toString("base64url")}:${key.toString("base64url")}`
})

const matches = Effect.fnUntraced(function*(secret: string, stored: string) {
  const [, salt = "", expected = ""] = stored.split(":")
  const wanted = Buffer.from(expected, "base64url")
  const found = yield* derive(secret, Buffer.from(salt, "base64url"))
  return wanted.length === found.length && timingSafeEqual(wanted, found)
})

/** Bridges ask for a token with every call: a secret that was right is recognised without the slow hash. */
const remembered = 1000

/** Of the four threads that Node has for it: files and names of hosts wait for the same ones. */
const atOnce = 2

/** Of a client that does not exist: checking takes as long as if it did. */
const nobody = `scrypt:${randomBytes(16).toString("base64url")}:${randomBytes(32).toString("base64url")}`

export const makeVerifier = (): (secret: string, stored: string | undefined) => Effect.Effect<boolean> => {
  const key = randomBytes(32)
  const right = new Set<string>()
  const places = Semaphore.makeUnsafe(atOnce)
  return Effect.fnUntraced(function*(secret, stored) {
    const mark = createHmac("sha256", key).update(`${stored}\0${secret}`).digest("base64")
    if (right.has(mark)) return true
    const found = yield* places.withPermit(matches(secret, stored ?? nobody))
    if (!found || stored === undefined) return false
    if (right.size >= remembered) right.clear()
    right.add(mark)
    return true
  })
}
