/** The secret that a caller sends: made once, shown once, kept only as its SHA-256. */
import { Redacted } from "effect"
import * as crypto from "node:crypto"

/** Lets a person, and a scanner of leaked secrets, recognise what it is. */
const mark = "aig_"

export const generate = (): Redacted.Redacted =>
  Redacted.make(`${mark}${crypto.randomBytes(32).toString("base64url")}`, { label: "key" })

/** Base64 of the SHA-256: what the cache looks up, and never the secret itself. */
export const digest = (secret: string): string => crypto.hash("sha256", secret, "base64")

/** As the database keeps it. */
export const bytes = (digest: string): Uint8Array => Buffer.from(digest, "base64")

/**
 * What lists show to tell keys apart: eight characters of ours leave 210 bits unknown; of a secret that someone else
 * made, a quarter at most.
 */
export const prefix = (secret: string): string =>
  secret.startsWith(mark) && secret.length > 40
    ? secret.slice(0, mark.length + 8)
    : secret.slice(0, Math.min(4, Math.floor(secret.length / 4)))
