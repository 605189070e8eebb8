/** The port that turns a bearer secret into what its holder may do. */
import type { Caller } from "@aiguilleur/core/Caller"
import type { Rights } from "@aiguilleur/store/Key"
import { Clock, Context, Effect, Layer, Schema } from "effect"
import { hash, timingSafeEqual } from "node:crypto"

/** A key that is valid now; its secret is not part of it. */
export interface KeyEntry {
  readonly caller: Caller
  readonly name: string
  /** Streaming requests that wait get their head early, and comments. */
  readonly waitEvents: boolean
  /** What its holder may see and do on the service's own pages. */
  readonly rights: Rights
}

/** The secret opens nothing. */
export class InvalidKey extends Schema.TaggedError<InvalidKey>()("InvalidKey", {
  reason: Schema.Literals(["unknown", "revoked", "expired"])
}) {}

/** The store of keys cannot be asked, and nothing is remembered of this one. */
export class KeysUnavailable extends Schema.TaggedError<KeysUnavailable>()("KeysUnavailable", {
  cause: Schema.Defect()
}) {}

/** Where a digest of a secret is kept, for whoever sends that secret again and again; it belongs to that secret alone. */
export interface DigestMemo {
  digest: string | undefined
}

export class Keys extends Context.Service<Keys, {
  /** Without a pause: a key that is remembered and valid now. Of any other secret, `find` says more. */
  readonly peekUnsafe: (secret: string, memo?: DigestMemo) => KeyEntry | undefined
  /** What a key is called, by its id, where that is known at once: for those who watch. */
  readonly nameUnsafe: (id: string) => string | undefined
  /** Grows when what any key allows has changed: whoever kept an entry for a while asks again. */
  readonly versionUnsafe: () => number
  /** Interruption abandons the question and nothing else. */
  readonly find: (secret: string) => Effect.Effect<KeyEntry, InvalidKey | KeysUnavailable>
}>()("@aiguilleur/http/Keys") {}

export interface StoredKey {
  /** SHA-256 of the secret in hexadecimal: secrets are long and random, so a slow hash would protect nothing. */
  readonly secretHash: string
  /** Epoch milliseconds. */
  readonly expires: number | undefined
  readonly entry: KeyEntry
}

interface HashedKey extends StoredKey {
  readonly digest: Buffer
}

/** What is kept of a secret. */
export const hashOf = (secret: string): string => hash("sha256", secret)

// The prefix of a hash tells nothing of the secret; the rest is compared in constant time.
const prefixOf = (digest: Buffer): number => digest.readUInt32LE(0)

/** Keys that are all in memory, from the configuration. */
export const layerMemory = (keys: ReadonlyArray<StoredKey>): Layer.Layer<Keys> =>
  Layer.effect(
    Keys,
    Effect.gen(function*() {
      const clock = yield* Clock.Clock
      const byPrefix = new Map<number, ReadonlyArray<HashedKey>>()
      const names = new Map(keys.map(({ entry }) => [entry.caller.key, entry.name]))
      for (const key of keys) {
        const digest = Buffer.from(key.secretHash, "hex")
        byPrefix.set(prefixOf(digest), [...byPrefix.get(prefixOf(digest)) ?? [], { ...key, digest }])
      }
      const stored = (secret: string): HashedKey | undefined => {
        const digest = hash("sha256", secret, "buffer")
        return byPrefix.get(prefixOf(digest))?.find((key) => timingSafeEqual(key.digest, digest))
      }
      const expired = ({ expires }: StoredKey) => expires !== undefined && expires <= clock.currentTimeMillisUnsafe()
      return {
        nameUnsafe: (id) => names.get(id),
        versionUnsafe: () => 0,
        peekUnsafe: (secret) => {
          const key = stored(secret)
          return key === undefined || expired(key) ? undefined : key.entry
        },
        find: Effect.fnUntraced(function*(secret) {
          const key = stored(secret)
          if (key === undefined) return yield* new InvalidKey({ reason: "unknown" })
          if (expired(key)) return yield* new InvalidKey({ reason: "expired" })
          return key.entry
        })
      }
    })
  )
