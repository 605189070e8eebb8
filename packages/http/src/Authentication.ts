/** Who asks: from the Authorization header to a key that is valid now, without a pause where the key is remembered. */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import type { Guesses } from "./Guesses.ts"
import type { DigestMemo, KeyEntry, Keys } from "./Keys.ts"
import type { OpenAiError } from "./OpenAiError.ts"
import { expiredKey, keysUnavailable, tooManyWrongKeys, unknownKey } from "./OpenAiError.ts"
import { secretOf } from "./RequestHead.ts"

export type Authenticated = KeyEntry | OpenAiError

export const isRefused = (authenticated: Authenticated): authenticated is OpenAiError => "status" in authenticated

/** The same as an effect in any case, for what is not asked a thousand times a second. */
export const authenticated = (
  keys: Keys["Service"],
  guesses: Guesses["Service"],
  request: HttpServerRequest.HttpServerRequest
): Effect.Effect<Authenticated> => {
  const known = authenticate(keys, guesses, NodeHttpServerRequest.toIncomingMessage(request) as IncomingMessage)
  return Effect.isEffect(known) ? known : Effect.succeed(known)
}

/** What was last presented on a connection. Most clients send one key for as long as theirs lasts. */
interface Presented extends DigestMemo {
  readonly header: string
  readonly secret: string
}

const presented = new WeakMap<Socket, Presented>()

/** In a time that tells nothing: connections of a proxy carry the keys of many. */
const isSame = (one: string, other: string): boolean => {
  if (one.length !== other.length) return false
  let difference = 0
  for (let at = 0; at < one.length; at++) difference |= one.charCodeAt(at) ^ other.charCodeAt(at)
  return difference === 0
}

const presentedBy = ({ headers, socket }: IncomingMessage): Presented | OpenAiError => {
  const { authorization } = headers
  const last = presented.get(socket)
  if (last !== undefined && authorization !== undefined && isSame(authorization, last.header)) return last
  const secret = secretOf(headers)
  if (typeof secret !== "string") return secret
  const now = { header: authorization!, secret, digest: undefined }
  presented.set(socket, now)
  return now
}

/** An effect only where somebody has to be asked. */
export const authenticate = (
  keys: Keys["Service"],
  guesses: Guesses["Service"],
  request: IncomingMessage
): Authenticated | Effect.Effect<Authenticated> => {
  const given = presentedBy(request)
  if ("status" in given) return given
  const { secret } = given
  const address = guesses.senderUnsafe(request)
  const held = () => tooManyWrongKeys(guesses.pauseUnsafe(address))
  const known = keys.peekUnsafe(secret, given)
  if (known !== undefined) return guesses.rightUnsafe(address, known.caller.key) ? known : held()
  // Nobody is asked for whoever has to wait.
  if (guesses.pauseUnsafe(address) > 0) return held()
  return Effect.match(keys.find(secret), {
    onSuccess: (entry): Authenticated => guesses.rightUnsafe(address, entry.caller.key) ? entry : held(),
    onFailure: (error): Authenticated => {
      if (error._tag === "KeysUnavailable") return keysUnavailable
      if (error.reason === "expired") return expiredKey
      guesses.wrongUnsafe(address)
      return unknownKey
    }
  })
}
