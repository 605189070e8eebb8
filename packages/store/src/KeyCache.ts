/** Who is behind a secret, answered from memory: kept right by the database's notifications, and while it is away. */
import {
  type Cause,
  Clock,
  Context,
  DateTime,
  Duration,
  Effect,
  Equal,
  Fiber,
  Layer,
  Option,
  PubSub,
  Schedule,
  Schema
} from "effect"
import { Scope, Semaphore, Stream } from "effect"
import type { DatabaseError } from "./DatabaseError.ts"
import { type Key, standing } from "./Key.ts"
import { Keys } from "./Keys.ts"
import * as KeySecret from "./KeySecret.ts"
import { Lru } from "./Lru.ts"

/** The secret opens nothing (HTTP 401). */
export class InvalidKey extends Schema.TaggedError<InvalidKey>()("InvalidKey", {
  reason: Schema.Literals(["unknown", "revoked", "expired"])
}) {
  override get message() {
    return this.reason === "unknown" ? "This API key is not known." : `This API key is ${this.reason}.`
  }
}

/** The database is away or does not answer, and the key is not in memory, so nobody can tell (HTTP 503). */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", { detail: Schema.String }) {
  override get message() {
    return `The key cannot be checked now: ${this.detail}`
  }
}

/** A key that was changed, as it is now; undefined if it is gone. */
export interface Update {
  readonly id: string
  readonly key: Key | undefined
}

export interface Options {
  /** Keys kept in memory. Default 10 000. */
  readonly capacity: number
  /** Unknown secrets kept in memory, apart from the keys so that guessing does not push them out. Default 10 000. */
  readonly unknown: number
  /** How often last uses are written. Default 10 seconds. */
  readonly touchEvery: Duration.Input
  /** All cached keys are read again this often, in case notifications do not get through. Default 1 minute. */
  readonly refreshEvery: Duration.Input
  /** How long the database has to answer for a secret that is not in memory. Default 5 seconds. */
  readonly patience: Duration.Input
}

const defaults: Options = {
  capacity: 10_000,
  unknown: 10_000,
  touchEvery: "10 seconds",
  refreshEvery: "1 minute",
  patience: "5 seconds"
}

/** No secret of ours or of the predecessor is nearly as long. */
const longest = 1000

/** Secrets looked up at once: someone who guesses may slow down other strangers, but not the database. */
const lookups = 8

/** Secrets that wait for their look-up: while the database hangs, whoever guesses must not fill the memory. */
const mostLoading = 1_000

const backoff = Schedule.min([Schedule.exponential("20 millis"), Schedule.spaced("500 millis")])

interface Entry {
  readonly key: Key
  readonly digest: string
  readonly revoked: boolean
  /** Epoch milliseconds. */
  readonly expires: number
}

const entry = (key: Key, digest: string): Entry => ({
  key,
  digest,
  revoked: key.revokedAt !== null,
  expires: key.expiresAt === null ? Infinity : DateTime.toEpochMillis(key.expiresAt)
})

/** Whether nothing but its last use has changed. */
const same = (one: Key, other: Key | undefined) =>
  other !== undefined && Equal.equals({ ...one, lastUsedAt: null }, { ...other, lastUsedAt: null })

const make = Effect.fnUntraced(function*(options: Options) {
  const keys = yield* Keys
  const clock = yield* Clock.Clock
  const scope = yield* Scope.Scope
  const permits = yield* Semaphore.make(lookups)
  const published = yield* PubSub.unbounded<Update>()
  const entries = new Lru<Entry>(options.capacity)
  const digests = new Map<string, string>()
  const unknown = new Lru<true>(options.unknown)
  const loading = new Map<string, Fiber.Fiber<Option.Option<Key>, DatabaseError | Cause.TimeoutError>>()
  let used = new Map<string, number>()
  // Grows with every change: a row that was read before one may not be kept after it.
  let changes = 0

  const keep = (key: Key, digest: string) => {
    const evicted = entries.set(digest, entry(key, digest))
    digests.set(key.id, digest)
    if (evicted !== undefined) digests.delete(evicted.key.id)
  }

  const lookup = (secret: string, digest: string = KeySecret.digest(secret)): Key | undefined => {
    const found = entries.get(digest)
    if (found === undefined || found.revoked) return undefined
    const now = clock.currentTimeMillisUnsafe()
    if (found.expires <= now) return undefined
    used.set(found.key.id, now)
    return found.key
  }

  const load = Effect.fnUntraced(function*(digest: string) {
    const before = changes
    const found = yield* permits.withPermit(keys.findByDigest(digest))
    if (before !== changes) return found
    if (Option.isSome(found)) keep(found.value, digest)
    else unknown.set(digest, true)
    return found
  })

  // Shared by those who ask for the same secret at the same time, and not stopped by one of them leaving. They hear
  // that it takes too long before the statement is known to have ended: to cancel one takes its time as well.
  const loadOnce = Effect.fnUntraced(function*(digest: string) {
    let fiber = loading.get(digest)
    if (fiber === undefined) {
      if (loading.size >= mostLoading) {
        return yield* new Unavailable({ detail: "too many others wait for the database" })
      }
      fiber = yield* Effect.forkIn(
        Effect.ensuring(Effect.timeout(load(digest), options.patience), Effect.sync(() => loading.delete(digest))),
        scope
      )
      if (fiber.pollUnsafe() === undefined) loading.set(digest, fiber)
    }
    return yield* Fiber.join(fiber).pipe(
      Effect.timeout(options.patience),
      Effect.catchTags({
        DatabaseError: ({ message }) => Effect.fail(new Unavailable({ detail: message })),
        TimeoutError: () => Effect.fail(new Unavailable({ detail: "the database does not answer" }))
      })
    )
  })

  const judge = Effect.fnUntraced(function*(key: Key) {
    const now = clock.currentTimeMillisUnsafe()
    const state = standing(key, now)
    if (state !== "valid") return yield* new InvalidKey({ reason: state })
    used.set(key.id, now)
    return key
  })

  const find = Effect.fnUntraced(function*(secret: string) {
    if (secret === "" || secret.length > longest) return yield* new InvalidKey({ reason: "unknown" })
    const digest = KeySecret.digest(secret)
    const cached = entries.get(digest)
    if (cached !== undefined) return yield* judge(cached.key)
    if (unknown.get(digest) !== undefined) return yield* new InvalidKey({ reason: "unknown" })
    const found = yield* loadOnce(digest)
    if (Option.isNone(found)) return yield* new InvalidKey({ reason: "unknown" })
    return yield* judge(found.value)
  })

  // Until the rows have been read, what is cached goes on being used: a database that is away revokes nothing.
  const refresh = Effect.fnUntraced(function*(ids: ReadonlyArray<string>) {
    changes++
    unknown.clear()
    if (ids.length === 0) return
    const rows = yield* Effect.retry(Effect.timeout(keys.findAll(ids), options.patience), backoff)
    changes++
    unknown.clear()
    const now = new Map(rows.map((key) => [key.id, key]))
    for (const id of ids) {
      const key = now.get(id)
      const digest = digests.get(id)
      const cached = digest === undefined ? undefined : entries.get(digest)
      if (digest !== undefined && key !== undefined) keep(key, digest)
      if (digest !== undefined && key === undefined) {
        entries.delete(digest)
        digests.delete(id)
      }
      if (cached === undefined || !same(cached.key, key)) yield* PubSub.publish(published, { id, key })
    }
  })

  const refreshAll = Effect.suspend(() => refresh([...digests.keys()]))

  const touch = Effect.suspend(() => {
    if (used.size === 0) return Effect.void
    const uses = used
    used = new Map()
    return Effect.catch(Effect.timeout(keys.touch(uses), options.patience), () =>
      Effect.sync(() => {
        // Kept for the next time, unless used again meanwhile.
        for (const [id, at] of uses) if (!used.has(id)) used.set(id, at)
      }))
  })

  const signals = Stream.merge(
    Stream.map(keys.changes, (change) => change._tag === "Changed" ? refresh([change.id]) : refreshAll),
    Stream.map(Stream.drop(Stream.tick(options.refreshEvery), 1), () => refreshAll)
  )
  yield* Effect.forkScoped(Stream.runForEach(signals, (refreshing) => Effect.orDie(refreshing)))
  yield* Effect.addFinalizer(() => Effect.ignore(Effect.timeout(touch, "1 second")))
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(options.touchEvery), touch)))

  return KeyCache.of({
    lookup,
    find,
    nameOf: (id) => entries.get(digests.get(id) ?? "")?.key.name,
    updates: Stream.fromPubSub(published),
    size: () => ({ keys: entries.size, unknown: unknown.size })
  })
})

export class KeyCache extends Context.Service<KeyCache, {
  /** The key behind a secret if it is in memory and in good standing. Synchronous, for the hot path. */
  readonly lookup: (secret: string, digest?: string) => Key | undefined
  /** The same, asking the database if need be. */
  readonly find: (secret: string) => Effect.Effect<Key, InvalidKey | Unavailable>
  /** What a key that is in memory is called, by its id. */
  readonly nameOf: (id: string) => string | undefined
  /**
   * Keys as they are after a change, so that waiting requests follow; after a reconnection, every cached key. Revoked
   * ones arrive with their `revokedAt`.
   */
  readonly updates: Stream.Stream<Update>
  readonly size: () => { readonly keys: number; readonly unknown: number }
}>()("@aiguilleur/store/KeyCache") {
  static readonly layerOf = (options: Partial<Options>) => Layer.effect(KeyCache, make({ ...defaults, ...options }))

  static readonly layer = KeyCache.layerOf({})
}
