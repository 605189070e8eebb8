/** Keys in memory, whose database can be taken away or made to hang, and which count how often they were asked. */
import { DateTime, Effect, Layer, Option, Queue, Stream } from "effect"
import { Change } from "../../src/Changes.ts"
import { DatabaseError } from "../../src/DatabaseError.ts"
import { Refused } from "../../src/DatabaseReason.ts"
import type { Key } from "../../src/Key.ts"
import { Keys } from "../../src/Keys.ts"
import * as KeySecret from "../../src/KeySecret.ts"

export const key = (id: string, more: Partial<Key> = {}): Key => ({
  id,
  name: id,
  prefix: "",
  organisation: "univ-a",
  email: null,
  priority: 1,
  threshold: null,
  routingMode: "any",
  models: null,
  sites: null,
  organisations: null,
  waitEvents: false,
  rights: "none",
  source: "cli",
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: null,
  createdAt: DateTime.makeUnsafe(0),
  updatedAt: DateTime.makeUnsafe(0),
  ...more
})

export const make = Effect.gen(function*() {
  /** By secret. */
  const stored = new Map<string, Key>()
  const signals = yield* Queue.unbounded<Change>()
  const state = { away: false, hangs: false, asked: 0, reads: 0, touched: new Map<string, number>() }
  const answer = <A>(value: () => A) =>
    Effect.suspend(() =>
      state.hangs
        ? Effect.never
        : state.away
        ? Effect.fail(new DatabaseError({ reason: new Refused({ where: "test", detail: "away" }) }))
        : Effect.succeed(value())
    )
  const unused = () => Effect.die(new Error("not used by the cache"))
  const layer = Layer.succeed(Keys, {
    create: unused,
    add: unused,
    reinstate: unused,
    find: unused,
    list: unused,
    edit: unused,
    revoke: unused,
    findByDigest: (digest) =>
      answer(() => {
        state.asked++
        return Option.fromUndefinedOr([...stored].find(([secret]) => KeySecret.digest(secret) === digest)?.[1])
      }),
    findAll: (ids) =>
      answer(() => {
        state.reads++
        return [...stored.values()].filter(({ id }) => ids.includes(id))
      }),
    touch: (uses) =>
      answer(() => {
        for (const [id, at] of uses) state.touched.set(id, at)
      }),
    changes: Stream.fromQueue(signals)
  })
  return { stored, state, layer, signal: (change: Change) => Queue.offer(signals, change) }
})
