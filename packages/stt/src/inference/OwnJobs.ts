/** Work of our own for servers behind the dispatcher: it waits in the same rooms as everybody's, and is charged alike. */
import { BackendError } from "@aiguilleur/core/Backend"
import type { Caller } from "@aiguilleur/core/Caller"
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import type { DispatchError, Reason } from "@aiguilleur/core/DispatchError"
import { Outcome } from "@aiguilleur/core/Outcome"
import type { Usage, Work } from "@aiguilleur/core/Work"
import { Context, Effect, Layer, Result, Schema } from "effect"
import { randomUUID } from "node:crypto"
import { Settings } from "../Settings.ts"
import { Drivers } from "./Drivers.ts"

export interface OwnJob {
  /** Public name. */
  readonly model: string
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
  /** What is known of it beforehand. */
  readonly work: Work
  /** What it turned out to be. */
  readonly usageOf: (answer: unknown) => Usage
}

/** The message is for whoever wanted the work. */
export class JobError extends Schema.TaggedError<JobError>()("JobError", {
  message: Schema.String,
  /** It may go better later. */
  isPassing: Schema.Boolean,
  /** The server refused what it was sent, or failed at it as every other one did: it would again. */
  isRefusal: Schema.Boolean
}) {}

/** How often it joins the queue again after the model's patience, and after a grace without any server up. */
const returns = 100
const pause = "5 seconds"

const outcomes: { readonly [R in BackendError["reason"]]: Outcome } = {
  unreachable: Outcome.Down(),
  unauthorised: Outcome.Misconfigured({ scope: "server" }),
  unsupported: Outcome.Misconfigured({ scope: "model" }),
  unhealthy: Outcome.Suspect(),
  malformed: Outcome.Suspect(),
  busy: Outcome.Busy({ retryAfter: undefined }),
  refused: Outcome.Client()
}

const late = (server: string) => new BackendError({ server, reason: "unhealthy", message: "no answer in time" })

const sentences: { readonly [T in Reason["_tag"]]: string } = {
  UnknownModel: "is not configured",
  NotAllowed: "may not be used for this",
  ThresholdReached: "has too many requests waiting",
  NoServer: "has no server that may be used for this",
  PatienceSpent: "had no server free in time",
  NoServerUp: "has no server that is up",
  AttemptsExhausted: "failed on every server that was tried",
  TotalSpent: "took longer than one request may",
  ModelRemoved: "left the configuration",
  KeyRevoked: "may not be used any more",
  Stopping: "is stopping"
}

const permanent: ReadonlySet<Reason["_tag"]> = new Set(["UnknownModel", "NotAllowed", "NoServer"])

const ofDispatch = (model: string) => ({ reason }: DispatchError): JobError =>
  new JobError({
    message: `The model ${model} ${sentences[reason._tag]}`,
    isPassing: !permanent.has(reason._tag),
    isRefusal: reason._tag === "AttemptsExhausted"
  })

const ofBackend = (model: string, { message, reason }: BackendError): JobError =>
  new JobError({
    message: `The model ${model} could not do it: ${message}`,
    isPassing: reason !== "refused",
    isRefusal: reason === "refused"
  })

export class OwnJobs extends Context.Service<OwnJobs, {
  /** The decoded answer. Retried elsewhere as everybody's requests are; interruption withdraws it. */
  readonly run: (job: OwnJob) => Effect.Effect<unknown, JobError>
  /** Whether there is a model of that name. */
  readonly has: (model: string) => Effect.Effect<boolean>
}>()("@aiguilleur/stt/OwnJobs") {
  static readonly layer = Layer.effect(
    OwnJobs,
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      const drivers = yield* Drivers
      const { own } = yield* Settings
      const caller: Caller = {
        key: "aiguilleur:stt",
        organisation: own.organisation,
        priority: own.priority,
        routingMode: "any"
      }
      const once = ({ body, model, path, usageOf, work }: OwnJob) =>
        dispatcher.run(
          { id: `stt-${randomUUID()}`, model, caller, work },
          (lease) =>
            drivers.of(lease.server.kind).call(lease.server, lease.model, {
              path,
              body: { ...body, model: lease.model.engineName, priority: lease.priority }
            }).pipe(
              Effect.timeoutOrElse({ duration: own.timeout, orElse: () => Effect.fail(late(lease.server.url)) }),
              Effect.result,
              Effect.map((result) => {
                if (Result.isSuccess(result)) lease.charge(usageOf(result.success))
                const outcome = Result.isSuccess(result) ? Outcome.Served() : outcomes[result.failure.reason]
                return { outcome, value: result }
              })
            )
        )

      const run = Effect.fn("OwnJobs.run")(function*(job: OwnJob) {
        const result = yield* once(job).pipe(
          // A person is told to come again; a job comes again by itself.
          Effect.tapError(({ reason }) => reason._tag === "NoServerUp" ? Effect.sleep(pause) : Effect.void),
          Effect.retry({
            times: returns,
            while: ({ reason }) => reason._tag === "PatienceSpent" || reason._tag === "NoServerUp"
          }),
          Effect.mapError(ofDispatch(job.model))
        )
        return Result.isSuccess(result) ? result.success : yield* ofBackend(job.model, result.failure)
      })
      return OwnJobs.of({
        run,
        has: (model) => Effect.map(dispatcher.snapshot, ({ models }) => models.some(({ name }) => name === model))
      })
    })
  )
}
