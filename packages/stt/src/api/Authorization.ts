/** Who is asking, and whether they may: token first, then `scope_default`, then the scope of the endpoint. */
import { Effect, Option } from "effect"
import { HttpServerRequest } from "effect/http"
import type { Client } from "../client/Client.ts"
import type { Scope } from "../client/Scope.ts"
import { type Bearer, Tokens } from "../client/Tokens.ts"
import { badToken, forbidden, noRight, noToken, type Refusal } from "../Refusal.ts"

const bearer = Effect.fnUntraced(function*(): Effect.fn.Return<
  Bearer,
  Refusal,
  Tokens | HttpServerRequest.HttpServerRequest
> {
  const { headers } = yield* HttpServerRequest.HttpServerRequest
  const [, token] = /^bearer +(\S+)\s*$/i.exec(headers.authorization ?? "") ?? []
  if (token === undefined) return yield* noToken
  const found = yield* (yield* Tokens).resolve(token)
  if (Option.isNone(found)) return yield* badToken
  if (!found.value.scopes.includes("scope_default")) return yield* forbidden(null, "The token lacks scope_default")
  return found.value
})

export const anyone = Effect.map(bearer(), ({ client }) => client)

export const holding = Effect.fnUntraced(function*(
  scope: Scope,
  what?: string
): Effect.fn.Return<Client, Refusal, Tokens | HttpServerRequest.HttpServerRequest> {
  const { client, scopes } = yield* bearer()
  if (!scopes.includes(scope)) return yield* noRight(what)
  return client
})
