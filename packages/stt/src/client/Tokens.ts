/** Bearer tokens that carry their rights under a signature: cheap to issue, and nothing of them is kept. */
import { Clock, Context, Effect, Layer, Option } from "effect"
import { Settings } from "../Settings.ts"
import { Vault } from "../Vault.ts"
import type { Client } from "./Client.ts"
import { Clients } from "./Clients.ts"
import type { Scope } from "./Scope.ts"

/** A client with the scopes that it and its token have in common. */
export interface Bearer {
  readonly client: Client
  readonly scopes: ReadonlyArray<Scope>
}

interface Claims {
  readonly sub: string
  readonly gen: number
  readonly exp: number
  readonly scopes: ReadonlyArray<Scope>
}

const read = (payload: string): Claims | undefined => {
  try {
    return JSON.parse(Buffer.from(payload, "base64url").toString()) as Claims
  } catch {
    return undefined
  }
}

export class Tokens extends Context.Service<Tokens, {
  readonly issue: (client: Client, scopes: ReadonlyArray<Scope>) => Effect.Effect<string>
  /** None when it is not ours, has expired, or its client was switched off or got a new secret. */
  readonly resolve: (token: string) => Effect.Effect<Option.Option<Bearer>>
}>()("@aiguilleur/stt/Tokens") {
  static readonly layer = Layer.effect(
    Tokens,
    Effect.gen(function*() {
      const vault = yield* Vault
      const clients = yield* Clients
      const { tokenTtl } = yield* Settings

      const issue = Effect.fnUntraced(function*(client: Client, scopes: ReadonlyArray<Scope>) {
        const exp = (yield* Clock.currentTimeMillis) + tokenTtl * 1000
        const claims: Claims = { sub: client.id, gen: client.generation, exp, scopes }
        const payload = Buffer.from(JSON.stringify(claims)).toString("base64url")
        return `${payload}.${vault.sign("token", payload).toString("base64url")}`
      })

      const resolve = Effect.fnUntraced(function*(token: string): Effect.fn.Return<Option.Option<Bearer>> {
        const [payload = "", signature = ""] = token.split(".")
        if (!vault.verifies("token", payload, Buffer.from(signature, "base64url"))) return Option.none()
        const claims = read(payload)
        if (claims === undefined || claims.exp <= (yield* Clock.currentTimeMillis)) return Option.none()
        const found = yield* clients.find(claims.sub)
        if (Option.isNone(found) || !found.value.active || found.value.generation !== claims.gen) return Option.none()
        const client = found.value
        return Option.some({ client, scopes: client.scopes.filter((scope) => claims.scopes.includes(scope)) })
      })

      return Tokens.of({ issue, resolve })
    })
  )
}
