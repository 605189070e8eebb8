/** `POST /api/token`: OAuth2 client credentials, in every encoding that a known caller uses. */
import { Effect, Option } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { Clients } from "../client/Clients.ts"
import * as ClientSecret from "../client/ClientSecret.ts"
import { isScope, type Scope } from "../client/Scope.ts"
import * as TokenLimits from "../client/TokenLimits.ts"
import { Tokens } from "../client/Tokens.ts"
import { Settings } from "../Settings.ts"
import * as Body from "./Body.ts"

const refuse = (status: number, error: string, description: string, headers: Record<string, string> = {}) =>
  HttpServerResponse.text(
    JSON.stringify({ error, error_description: description, message: description }),
    { status, contentType: "application/json", headers: { "cache-control": "no-store", ...headers } }
  )

const unknownClient = refuse(401, "invalid_client", "Client authentication failed", {
  "www-authenticate": "Basic realm=\"OAuth\""
})

const text = (value: unknown): string | undefined => typeof value === "string" && value !== "" ? value : undefined

const basic = (header: string | undefined): { readonly id?: string; readonly secret?: string } => {
  const [, encoded] = /^basic +([A-Za-z0-9+/=_-]+)\s*$/i.exec(header ?? "") ?? []
  if (encoded === undefined) return {}
  const decoded = Buffer.from(encoded, "base64").toString("utf8").replaceAll("\0", "")
  const colon = decoded.indexOf(":")
  return colon < 0 ? {} : { id: decoded.slice(0, colon), secret: decoded.slice(colon + 1) }
}

export const make = Effect.gen(function*() {
  const clients = yield* Clients
  const tokens = yield* Tokens
  const { tokenLimits, tokenTtl } = yield* Settings
  const limits = TokenLimits.make()
  const verify = ClientSecret.makeVerifier()

  const scopesOf = (asked: string | undefined, owned: ReadonlyArray<Scope>): ReadonlyArray<Scope> | undefined => {
    const names = (asked ?? "").split(" ").filter((name) => name !== "")
    if (names.length === 0) return owned
    return names.every((name) => isScope(name) && owned.includes(name)) ? names.filter(isScope) : undefined
  }

  const issue = Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const read = yield* Effect.result(Body.read({ ...Body.anybody, lenient: true }))
    const values = read._tag === "Success" ? read.success.values : {}
    const header = basic(request.headers.authorization)
    const id = text(values.client_id) ?? header.id
    const secret = text(values.client_secret) ?? header.secret
    if (values.grant_type !== "client_credentials") {
      return refuse(400, "unsupported_grant_type", "The authorization grant type is not supported by the server")
    }
    if (id === undefined || id === "") return refuse(400, "invalid_request", "The request lacks a client_id")
    const address = Option.getOrElse(request.remoteAddress, () => "")
    const failures = `${address} ${id}`
    const wait = (yield* limits.wait(failures, tokenLimits.failures)) || (yield* limits.wait(id, tokenLimits.successes))
    if (wait > 0) {
      return refuse(429, "slow_down", "Too many requests for a token", { "retry-after": String(wait) })
    }
    const found = yield* clients.find(id)
    const client = Option.getOrUndefined(found)
    const right = yield* verify(secret ?? "", client?.secretHash)
    if (client === undefined || !right || !client.active) {
      yield* limits.count(failures)
      return unknownClient
    }
    const scopes = scopesOf(text(values.scope), client.scopes)
    if (scopes === undefined) {
      return refuse(400, "invalid_scope", "The requested scope is invalid, unknown, or malformed")
    }
    yield* limits.count(id)
    yield* clients.stamp(id, "tokenLastRequestedAt")
    const token = yield* tokens.issue(client, scopes)
    return HttpServerResponse.text(
      JSON.stringify({ token_type: "Bearer", expires_in: tokenTtl, access_token: token }),
      { contentType: "application/json", headers: { "cache-control": "no-store", pragma: "no-cache" } }
    )
  })
  return { issue }
})
