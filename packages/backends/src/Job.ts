/** A job of our own on a leased server: posted with the rewrite every request gets, its answer judged and decoded. */
import type { Backend, Rewrite } from "@aiguilleur/core/Backend"
import { BackendError } from "@aiguilleur/core/Backend"
import type { Outcome } from "@aiguilleur/core/Outcome"
import { Effect, Predicate, Schema } from "effect"
import type { DriverSettings } from "./Driver.ts"
import { endpointOf } from "./Endpoint.ts"
import type { EngineClient } from "./EngineClient.ts"
import { read } from "./EngineError.ts"

const reasons: Record<Outcome["_tag"], BackendError["reason"]> = {
  Served: "malformed",
  Client: "refused",
  Down: "unreachable",
  Suspect: "unhealthy",
  Busy: "busy",
  Misconfigured: "unauthorised",
  Broken: "unreachable",
  Expired: "unreachable",
  Withdrawn: "unreachable"
}

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Unknown))

type Body = Readonly<Record<string, unknown>>

const rewritten = (body: Body, { fields }: Rewrite): Body =>
  Object.fromEntries(Object.entries({ ...body, ...fields }).filter(([, value]) => value !== undefined))

const part = (value: unknown): string | Blob =>
  value instanceof Blob ? value : Predicate.isString(value) ? value : JSON.stringify(value)

/** Each member of a list is a part of its own, under the same name. */
const form = (body: Body): FormData => {
  const parts = new FormData()
  for (const [name, value] of Object.entries(body)) {
    for (const each of Array.isArray(value) ? value : [value]) parts.append(name, part(each))
  }
  return parts
}

const takesForm = (path: string): boolean => {
  const endpoint = endpointOf(path)
  return endpoint === "transcriptions" || endpoint === "translations"
}

/** Formats of a transcription that are no JSON. */
const isText = ({ response_format }: Body): boolean =>
  response_format === "text" || response_format === "srt" || response_format === "vtt"

/** A job states its `priority` in its body, in our polarity, as any caller does; without one it is the least urgent. */
const priorityOf = ({ priority }: Body): number => Predicate.isNumber(priority) ? priority : 0

/** The endpoints of audio take a form, whose file is a `Blob`; asked for text, they answer with that. */
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
    const sent = rewritten(request.body, change)
    const audio = takesForm(request.path)
    const { body, status } = yield* client.post(server, change.path, audio ? form(sent) : sent)
    const outcome = classify({ _tag: "Answer", status, retryAfter: undefined, body })
    if (outcome._tag !== "Served") {
      const unknownModel = outcome._tag === "Misconfigured" && outcome.scope === "model"
      return yield* new BackendError({
        server: server.url,
        reason: unknownModel ? "unsupported" : reasons[outcome._tag],
        message: `${status} ${read(body).message}`.trim()
      })
    }
    if (audio && isText(sent)) return body
    return yield* decode(body).pipe(
      Effect.mapError(() =>
        new BackendError({ server: server.url, reason: "malformed", message: `${status} without JSON` })
      )
    )
  })
