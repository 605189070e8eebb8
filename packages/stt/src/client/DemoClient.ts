/** The client of the demo, whose secret everybody knows: there while the demo runs, and shut out of everything else. */
import { Effect, Option, Redacted } from "effect"
import { Clients } from "./Clients.ts"
import * as ClientSecret from "./ClientSecret.ts"
import { scopes } from "./Scope.ts"

export const id = "demo-stt"
export const secret = "demo-stt-secret"

const verify = ClientSecret.makeVerifier()

const found = Effect.gen(function*() {
  const client = Option.getOrUndefined(yield* (yield* Clients).find(id))
  return { client, isKnown: client !== undefined && (yield* verify(secret, client.secretHash)) }
})

/** May do everything, as a client and as a worker. */
export const ensure = Effect.gen(function*() {
  const clients = yield* Clients
  const { client, isKnown } = yield* found
  const choices = { name: "Demo", scopes, active: true }
  if (client === undefined) return yield* Effect.asVoid(clients.create(id, Redacted.make(secret), choices))
  yield* clients.edit(id, choices, isKnown ? undefined : Redacted.make(secret))
}).pipe(Effect.catchTags({ DuplicateClient: () => Effect.void, UnknownClient: () => Effect.void }))

/** A demo on the same database may have left it behind. One of that name with a secret of its own is somebody's. */
export const retire = Effect.gen(function*() {
  const { client, isKnown } = yield* found
  if (client?.active !== true || !isKnown) return
  yield* (yield* Clients).edit(id, { active: false })
  yield* Effect.logWarning(`The client ${id} of the demo was switched off`)
}).pipe(Effect.catchTag("UnknownClient", () => Effect.void))
