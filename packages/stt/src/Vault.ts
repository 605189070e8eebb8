/** One secret of the service, from which every key that signs something is derived. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Context, Effect, Layer, Redacted } from "effect"
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto"
import { now } from "./Instant.ts"
import { Settings } from "./Settings.ts"

export type Purpose = "token" | "link" | "webhook"

export class Vault extends Context.Service<Vault, {
  readonly sign: (purpose: Purpose, text: string) => Buffer
  /** In constant time. */
  readonly verifies: (purpose: Purpose, text: string, signature: Buffer) => boolean
  /** The key by which a client checks that a webhook is ours; it can be told again at any time. */
  readonly webhookKey: (client: string, generation: number) => string
}>()("@aiguilleur/stt/Vault") {
  static readonly layer = Layer.effect(
    Vault,
    Effect.gen(function*() {
      const { secret } = yield* Settings
      const master = secret === undefined ? yield* kept : Redacted.value(secret)
      const derived = (purpose: Purpose) => Buffer.from(hkdfSync("sha256", master, "aiguilleur-stt", purpose, 32))
      const keys = { token: derived("token"), link: derived("link"), webhook: derived("webhook") }
      const sign = (purpose: Purpose, text: string) => createHmac("sha256", keys[purpose]).update(text).digest()
      return Vault.of({
        sign,
        verifies: (purpose, text, signature) => {
          const expected = sign(purpose, text)
          return expected.length === signature.length && timingSafeEqual(expected, signature)
        },
        webhookKey: (client, generation) => `whsec_${sign("webhook", `${generation}:${client}`).toString("base64url")}`
      })
    })
  )
}

/** Made once, by whoever comes first. */
const kept = Effect.gen(function*() {
  const sql = yield* PgClient
  const at = yield* now
  yield* sql`INSERT INTO settings (name, value, updated_at)
    VALUES ('stt.secret', ${sql.json(randomBytes(32).toString("base64url"))}, ${at}) ON CONFLICT DO NOTHING`
  const [row] = yield* sql<{ value: string }>`SELECT value FROM settings WHERE name = 'stt.secret'`
  return row!.value
}).pipe(Effect.orDie)
