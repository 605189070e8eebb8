/** What workers ask for, and what all of their reports have in common. */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Effect, Option, Schema } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import type { ServerResponse } from "node:http"
import type { Client } from "../client/Client.ts"
import type { Enrichment } from "../enrichment/Enrichment.ts"
import * as Request from "../enrichment/Request.ts"
import { type Step, type StepName, steps } from "../enrichment/Step.ts"
import { Versions } from "../enrichment/Versions.ts"
import { Completion, type Report } from "../job/Completion.ts"
import { Taking } from "../job/Taking.ts"
import { Links } from "../media/Links.ts"
import { invalid, missing, type Refusal } from "../Refusal.ts"
import * as Authorization from "./Authorization.ts"
import * as Body from "./Body.ts"
import { json, ok, refused } from "./Envelope.ts"
import * as Inputs from "./Inputs.ts"
import * as Job from "./Job.ts"

/** Seconds: what a worker may wait for, below the time-outs of proxies. */
const longestWait = 55

/** Seconds after which to ask again, for workers that listen. */
const pause = "5"

const none = (step: Step) =>
  missing(
    null,
    step.name === "transcription" ? "No transcription job currently available" : "No job currently available"
  )

const waitOf = (query: Inputs.Query): number => {
  const seconds = Number(query.get("wait") ?? 0)
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), longestWait) * 1000 : 0
}

const taskOf = (query: Inputs.Query) => Inputs.id(query.get("taskId"), "id")

const described = Effect.fnUntraced(function*(step: Step, enrichment: Enrichment) {
  if (step.name === "transcription") {
    const mediaTemporaryUrl = yield* (yield* Links).make(enrichment.id)
    return { enrichmentId: enrichment.id, mediaTemporaryUrl, language: enrichment.language }
  }
  const versions = yield* Versions
  const version = Option.getOrUndefined(yield* versions.find(enrichment.workVersionId ?? enrichment.lastVersionId!))!
  return Job.describe[step.name](enrichment, version, yield* versions.transcript(version.id))
})

/** `GET …/oldest`: the most urgent job that this worker can do, and the oldest among those. */
export const take = Effect.fnUntraced(function*(name: StepName) {
  const step = steps[name]
  const worker = yield* Authorization.holding(step.scope)
  const query = yield* Inputs.query
  const taskId = yield* taskOf(query)
  const evaluator = query.get("evaluator") ?? undefined
  if (name === "evaluation" && evaluator === undefined) {
    return yield* invalid("evaluator", "The parameter evaluator cannot be empty")
  }
  const ask = { step, worker, taskId, ...(evaluator === undefined ? {} : { evaluator }) }
  const taking = yield* Taking
  const wait = waitOf(query)
  const found = yield* wait === 0 ? taking.take(ask) : taking.takeWithin(ask, wait)
  if (Option.isNone(found)) return HttpServerResponse.setHeader(refused(none(step)), "retry-after", pause)
  const takeBack = taking.takeBack(ask, found.value)
  const answer = json(yield* Effect.onError(described(step, found.value), () => takeBack))
  return yield* handedOut(answer, takeBack)
}, Effect.uninterruptible)

/** A worker that hung up at that moment would leave its job to wait for a time-out of an hour. */
const handedOut = Effect.fnUntraced(
  function*(answer: HttpServerResponse.HttpServerResponse, otherwise: Effect.Effect<void>) {
    const request = yield* HttpServerRequest.HttpServerRequest
    const response = NodeHttpServerRequest.toServerResponse(request) as ServerResponse
    const run = Effect.runForkWith(yield* Effect.context<never>())
    const settle = () => {
      if (!response.writableFinished) run(otherwise)
    }
    if (response.destroyed) settle()
    else response.once("close", settle)
    return answer
  }
)

const Head = Schema.Struct({
  taskId: Schema.optionalKey(Schema.NullOr(Schema.String)),
  status: Schema.optionalKey(Schema.NullOr(Schema.String)),
  failureCause: Schema.optionalKey(Schema.NullOr(Schema.String))
})

const decodeHead = Request.decode(Head)

/** Who reports what about which task. */
export const reportOf = Effect.fnUntraced(function*(
  worker: Client,
  step: Step,
  body: Body.Body,
  place: Pick<Report, "enrichmentId"> & Partial<Pick<Report, "versionId">>
): Effect.fn.Return<Report, Refusal> {
  const { failureCause, status, taskId } = yield* Effect.fromResult(decodeHead(body.values))
  return {
    step,
    worker,
    ...place,
    taskId: yield* Inputs.id(taskId, "taskId"),
    status: (status ?? "OK").toUpperCase(),
    failureCause: failureCause ?? ""
  }
})

/** Whether there is a result to be looked at. */
export const isSuccess = ({ status, step }: Report): boolean =>
  status !== "KO" && (status !== "UNAVAILABLE" || step.name === "transcription" || step.name === "evaluation")

const progressIn = (body: Body.Body): Effect.Effect<number | void, Refusal> => {
  const { progress } = body.values
  if (progress === undefined || progress === null || progress === "") return Effect.void
  const read = Number(progress)
  return Number.isFinite(read) && read >= 0 && read <= 1
    ? Effect.succeed(read)
    : Effect.fail(invalid("progress", "The progress should be a number from 0 to 1"))
}

/** Ours: a worker that is still at it says so, and how far it is. */
export const extend = Effect.fnUntraced(function*(name: StepName) {
  const step = steps[name]
  const worker = yield* Authorization.holding(step.scope)
  const [enrichmentId] = yield* Inputs.ids("id")
  const body = yield* Body.read({ lenient: true })
  const { taskId } = yield* reportOf(worker, step, body, { enrichmentId })
  yield* (yield* Completion).extend({ step, worker, enrichmentId, taskId }, yield* progressIn(body))
  return ok()
})
