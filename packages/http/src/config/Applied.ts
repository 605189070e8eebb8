/** What the database keeps of the configuration file that was applied last: enough to tell what the next one changes. */
import { RoutingMode } from "@aiguilleur/core/Caller"
import { Organisation } from "@aiguilleur/core/Organisation"
import { defaults } from "@aiguilleur/core/Settings"
import { AppliedConfiguration } from "@aiguilleur/store/AppliedConfiguration"
import { Rights } from "@aiguilleur/store/Key"
import { Effect, Option, Schema } from "effect"

const Names = Schema.NullOr(Schema.Array(Schema.String))

/** A key of the file, by the id of its row: whatever a command renames, the row stays found. */
export const AppliedKey = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  organisation: Schema.String,
  email: Schema.NullOr(Schema.String),
  priority: Schema.Int,
  threshold: Schema.NullOr(Schema.Int),
  routingMode: RoutingMode,
  models: Names,
  sites: Names,
  organisations: Names,
  waitEvents: Schema.Boolean,
  /** Absent from what was kept before keys had any. */
  rights: Schema.withDecodingDefaultKey<typeof Rights>(Effect.succeed("none" as const))(Rights),
  /** Epoch milliseconds. */
  expires: Schema.NullOr(Schema.Finite),
  /** SHA-256 of the secret in hexadecimal, as beside the key itself. */
  secretHash: Schema.String
})
export interface AppliedKey extends Schema.Schema.Type<typeof AppliedKey> {}

export const Applied = Schema.Struct({
  bestPriority: Schema.Int,
  /** Names that keys may refer to. */
  models: Schema.Array(Schema.Struct({ name: Schema.String, aliases: Schema.Array(Schema.String) })),
  sites: Schema.Array(Schema.String),
  /** Owners of servers: their names live in the file. */
  owners: Schema.Array(Schema.String),
  organisations: Schema.Array(Organisation),
  keys: Schema.Array(AppliedKey)
})
export interface Applied extends Schema.Schema.Type<typeof Applied> {}

/** Before any file was applied. */
export const nothing: Applied = {
  bestPriority: defaults.bestPriority,
  models: [],
  sites: [],
  owners: [],
  organisations: [],
  keys: []
}

const decode = Schema.decodeUnknownEffect(Applied)
const encode = Schema.encodeEffect(Schema.toCodecJson(Applied))

/** What a later version wrote in another form counts as nothing: files are applied on top of what is there. */
export const read = Effect.gen(function*() {
  const kept = yield* (yield* AppliedConfiguration).read
  if (Option.isNone(kept)) return nothing
  return yield* Effect.orElseSucceed(decode(kept.value), () => nothing)
})

export const write = Effect.fnUntraced(function*(applied: Applied) {
  yield* (yield* AppliedConfiguration).write(yield* Effect.orDie(encode(applied)))
})
