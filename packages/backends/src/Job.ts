/** A job of our own on a leased server: posted with the rewrite every request gets, its answer judged and decoded. */
import type { Backend, Rewrite } from "@aiguilleur/core/Backend"
import { BackendError } from "@aiguilleur/core/Backend"
import type { Outcome } from "@aiguilleur/core/Outcome"
import { Effect, Predicate, Schema } from "effect"
import { origin } from "./Address.ts"
import type { DriverSettings } from "./Driver.ts"
import type { EngineClient } from "./EngineClient.ts"
import { read } from "./EngineError.ts"

const reasons: Record<Outcome["_tag"], BackendError["reason"]> = {
  Served: "malformed",
  Client: "refused",
  Down: "unreachable",
  Suspect: "unhealthy",
  Busy: "refused",
  Misconfigured: "unauthorised",
  Broken: "unreachable",
  Expired: "unreachable",
  Withdrawn: "unreachable"
}

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Unknown))

const rewritten = (body: Readonly<Record<string, unknown>>, { fields }: Rewrite) =>
  Object.fromEntries(Object.entries({ ...body, ...fields }).filter(([, value]) => value !== undefined))

/** A job states its `priority` in its body, in our polarity, as any caller does; without one it is the least urgent. */
const priorityOf = ({ priority }: Readonly<Record<string, unknown>>): number =>
  Predicate.isNumber(priority) ? priority : 0

export const call = (
  { classify, rewrite }: Pick<Backend, "classify" | "rewrite">,
  client: EngineClient,
  { bestPriority }: Pick<DriverSettings, "bestPriority">
): Backend["call"] =>
  Effect.fn("Backend.call")(function*(server, model, request) {
    const change = rewrite(server, model, {
      path: request.path,
      stream: false,
      includeUsage: true,
      priority: priorityOf(request.body),
      bestPriority
    })
    const { body, status } = yield* client.post(
      server,
      origin(server.url) + change.path,
      rewritten(request.body, change)
    )
    const outcome = classify({ _tag: "Answer", status, retryAfter: undefined, body })
    if (outcome._tag !== "Served") {
      const unknownModel = outcome._tag === "Misconfigured" && outcome.scope === "model"
      return yield* new BackendError({
        server: server.url,
        reason: unknownModel ? "unsupported" : reasons[outcome._tag],
        message: `${status} ${read(body).message}`.trim()
      })
    }
    return yield* decode(body).pipe(
      Effect.mapError(() =>
        new BackendError({ server: server.url, reason: "malformed", message: `${status} without JSON` })
      )
    )
  })
