/** What no other route answers: said in OpenAI's shape, with what would be right where that is known. */
import { Effect } from "effect"
import { HttpRouter } from "effect/http"
import { unknownPath, wrongMethod } from "./OpenAiError.ts"
import { refusal } from "./Reply.ts"

const withoutQuery = (url: string): string => url.split("?", 1)[0]!

const readOnly = /^\/(?:v1\/models(?:\/.*)?|health\/(?:liveness|readiness))$/

export const layer = HttpRouter.use(Effect.fnUntraced(function*(router) {
  yield* router.add("*", "/*", ({ method, url }) => {
    const path = withoutQuery(url)
    if (readOnly.test(path)) return Effect.succeed(refusal(wrongMethod(method, path, "GET")))
    const misplaced = method !== "POST" && path.startsWith("/v1/")
    return Effect.succeed(refusal(misplaced ? wrongMethod(method, path, "POST") : unknownPath(method, path)))
  })
}))
