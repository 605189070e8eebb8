/** Keys and organisations of the database, as the gateway and its dispatcher know them; what is edited is followed. */
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import { type Change, Event } from "@aiguilleur/core/Event"
import type { DatabaseError } from "@aiguilleur/store/DatabaseError"
import { caller, type Key, standing } from "@aiguilleur/store/Key"
import { KeyCache, type Update } from "@aiguilleur/store/KeyCache"
import * as KeySecret from "@aiguilleur/store/KeySecret"
import { Organisations } from "@aiguilleur/store/Organisations"
import { Clock, Effect, Layer, Schedule, Stream } from "effect"
import { InvalidKey, type KeyEntry, Keys, KeysUnavailable } from "./Keys.ts"

const backoff = Schedule.min([Schedule.exponential("20 millis"), Schedule.spaced("500 millis")])

/** What the dispatcher is told: its waiting requests follow. */
const changeOf = ({ id, key }: Update, now: number): Change =>
  key === undefined || standing(key, now) !== "valid"
    ? Event.KeyRevoked({ key: id })
    : Event.KeyChanged({ caller: caller(key) })

/** Every organisation as it is now, and those that are no more. */
const membership = Effect.gen(function*() {
  const dispatcher = yield* Dispatcher
  const organisations = yield* Organisations
  let known = new Set<string>()
  const refresh: Effect.Effect<void, DatabaseError> = Effect.gen(function*() {
    const members = yield* organisations.list
    const before = known
    known = new Set(members.map(({ name }) => name))
    yield* dispatcher.change(
      ...members.map(({ name, weight }) => Event.OrganisationChanged({ organisation: { name, weight } })),
      ...[...before].filter((name) => !known.has(name)).map((name) => Event.OrganisationRemoved({ name }))
    )
  })
  yield* refresh
  yield* Effect.forkScoped(
    Stream.runForEach(organisations.changes, () => Effect.retry(refresh, backoff)),
    { startImmediately: true }
  )
})

/** Fails where the organisations cannot be read at the start. */
export const layer = Layer.effect(
  Keys,
  Effect.gen(function*() {
    const cache = yield* KeyCache
    const clock = yield* Clock.Clock
    const dispatcher = yield* Dispatcher
    // One entry for each row as it was read, so that a request costs no object.
    const entries = new WeakMap<Key, KeyEntry>()
    let version = 0

    const entryOf = (key: Key): KeyEntry => {
      let entry = entries.get(key)
      if (entry === undefined) {
        entry = { caller: caller(key), name: key.name, waitEvents: key.waitEvents, rights: key.rights }
        entries.set(key, entry)
      }
      return entry
    }

    yield* membership
    yield* Effect.forkScoped(
      Stream.runForEach(cache.updates, (update) =>
        Effect.suspend(() => {
          // First: who comes between is looked up again, and who came before is in the dispatcher.
          version++
          return dispatcher.change(changeOf(update, clock.currentTimeMillisUnsafe()))
        })),
      { startImmediately: true }
    )

    return Keys.of({
      nameUnsafe: (id) => cache.nameOf(id),
      versionUnsafe: () => version,
      peekUnsafe: (secret, memo) => {
        const key = cache.lookup(secret, memo === undefined ? undefined : memo.digest ??= KeySecret.digest(secret))
        return key === undefined ? undefined : entryOf(key)
      },
      find: (secret) =>
        Effect.mapBoth(cache.find(secret), {
          onSuccess: entryOf,
          onFailure: (error) =>
            error._tag === "InvalidKey"
              ? new InvalidKey({ reason: error.reason })
              : new KeysUnavailable({ cause: error })
        })
    })
  })
)
