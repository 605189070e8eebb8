/** Temporary URLs of media: signed, expiring, good for plain GETs without a token. */
import { Clock, Context, Effect, Layer, Option } from "effect"
import { HttpServerRequest } from "effect/http"
import { Settings } from "../Settings.ts"
import { Vault } from "../Vault.ts"

/** The address by which this service was reached, as far as the request tells. */
const reached = Effect.map(HttpServerRequest.HttpServerRequest, ({ headers }) => {
  const protocol = headers["x-forwarded-proto"]?.split(",")[0]?.trim() === "https" ? "https" : "http"
  const host = headers["x-forwarded-host"]?.split(",")[0]?.trim() ?? headers.host ?? "localhost"
  return `${protocol}://${host}`
})

export class Links extends Context.Service<Links, {
  readonly make: (enrichment: string) => Effect.Effect<string, never, HttpServerRequest.HttpServerRequest>
  /** The enrichment whose medium it is, while the link is good. */
  readonly read: (token: string) => Effect.Effect<Option.Option<string>>
}>()("@aiguilleur/stt/Links") {
  static readonly layer = Layer.effect(
    Links,
    Effect.gen(function*() {
      const vault = yield* Vault
      const { linkMinutes, publicUrl } = yield* Settings
      return Links.of({
        make: Effect.fnUntraced(function*(enrichment) {
          const expires = Math.floor(((yield* Clock.currentTimeMillis) + linkMinutes * 60_000) / 1000)
          const payload = `${enrichment}.${expires}`
          const base = publicUrl ?? (yield* reached)
          return `${base}/api/v1/media/${payload}.${vault.sign("link", payload).toString("base64url")}`
        }),
        read: Effect.fnUntraced(function*(token) {
          const [enrichment = "", expires = "", signature = ""] = token.split(".")
          const good = vault.verifies("link", `${enrichment}.${expires}`, Buffer.from(signature, "base64url"))
          const seconds = (yield* Clock.currentTimeMillis) / 1000
          return good && Number(expires) > seconds ? Option.some(enrichment) : Option.none()
        })
      })
    })
  )
}
