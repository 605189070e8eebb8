/** Who asks: from the Authorization header to a key that is valid now, without a pause where the key is remembered. */
import { Effect } from "effect"
import type { IncomingHttpHeaders } from "node:http"
import type { KeyEntry, Keys } from "./Keys.ts"
import type { OpenAiError } from "./OpenAiError.ts"
import { expiredKey, keysUnavailable, unknownKey } from "./OpenAiError.ts"
import { secretOf } from "./RequestHead.ts"

export type Authenticated = KeyEntry | OpenAiError

export const isRefused = (authenticated: Authenticated): authenticated is OpenAiError => "status" in authenticated

/** An effect only where somebody has to be asked. */
export const authenticate = (
  keys: Keys["Service"],
  headers: IncomingHttpHeaders
): Authenticated | Effect.Effect<Authenticated> => {
  const secret = secretOf(headers)
  if (typeof secret !== "string") return secret
  return keys.peekUnsafe(secret) ?? Effect.match(keys.find(secret), {
    onSuccess: (entry): Authenticated => entry,
    onFailure: (error): Authenticated => {
      if (error._tag === "KeysUnavailable") return keysUnavailable
      return error.reason === "expired" ? expiredKey : unknownKey
    }
  })
}
