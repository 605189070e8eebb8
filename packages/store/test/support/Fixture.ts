/** What every part of the store's suite stands on. */
import { PgClient } from "@effect/sql-pg/PgClient"
import type { Vitest } from "@effect/vitest"
import { DateTime, Effect, Layer, Logger } from "effect"
import { AppliedConfiguration } from "../../src/AppliedConfiguration.ts"
import * as Database from "../../src/Database.ts"
import { Keys } from "../../src/Keys.ts"
import { Organisations } from "../../src/Organisations.ts"
import { Shadows } from "../../src/Shadows.ts"
import { Usage } from "../../src/Usage.ts"
import { TestServer } from "./TestServer.ts"

const repositories = Layer.mergeAll(
  Organisations.layer,
  Keys.layer,
  Usage.layer,
  Shadows.layer,
  AppliedConfiguration.layer
)

const database = Layer.unwrap(Effect.map(TestServer, ({ options }) => Database.layer(options)))

export const fixture = <E>(server: Layer.Layer<TestServer, E>) =>
  repositories.pipe(Layer.provideMerge(database), Layer.provideMerge(server))

export type Tester = Vitest.MethodsNonLive<Layer.Success<ReturnType<typeof fixture>>>

/** For tests over real servers on a machine that is busy. */
export const limit = { timeout: 30_000 }

/** What is logged about failures that a test causes on purpose. */
export const quiet = Logger.layer([])

export const always = { from: DateTime.makeUnsafe(0), to: DateTime.makeUnsafe("2100-01-01T00:00:00Z") }

export const empty = Effect.flatMap(
  PgClient,
  (sql) => sql`TRUNCATE organisations, keys, usage_rows, usage_batches, settings`
)

/** Two organisations and nothing else. */
export const clean = Effect.gen(function*() {
  yield* empty
  yield* (yield* Organisations).create({ name: "univ-a", weight: 1 })
  yield* (yield* Organisations).create({ name: "univ-b", weight: 3 })
})
