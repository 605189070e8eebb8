/** Takes jobs of one step, one after the other, and reports what came of each: the loop of every worker of our own. */
import { Effect, Fiber, Option, Result, Schedule, type Scope } from "effect"
import { randomUUID } from "node:crypto"
import type { Enrichment } from "../enrichment/Enrichment.ts"
import type { Step } from "../enrichment/Step.ts"
import { type Apply, Completion, type Report } from "../job/Completion.ts"
import { Taking } from "../job/Taking.ts"
import { Settings } from "../Settings.ts"
import * as Wake from "../Wake.ts"
import { OwnTasks } from "./OwnTasks.ts"
import { own, type WorkError } from "./OwnWorker.ts"

export interface Task {
  readonly enrichment: Enrichment
  readonly taskId: string
  /** From 0 to 1; the job's time begins again. */
  readonly progress: (share: number) => Effect.Effect<void>
}

export interface Work<R> {
  readonly step: Step
  readonly evaluator?: string
  /** How many at the same time; else as the settings say. */
  readonly atOnce?: number
  /** Asked before a job is taken: without what it needs, jobs are left to others. */
  readonly ready: Effect.Effect<boolean, never, R>
  /** The version that the result belongs to; absent for a transcription, which makes the first one. */
  readonly run: (task: Task) => Effect.Effect<{ readonly versionId?: string; readonly apply: Apply }, WorkError, R>
}

/** Between two signs of life of a job. */
const beat = "20 seconds"

/** Before a job that failed for a passing reason is tried again. */
const pauses = [2000, 10_000, 30_000]

export const forever = Effect.fnUntraced(function*<R>(
  { atOnce, evaluator, ready, run, step }: Work<R>
): Effect.fn.Return<never, never, R | Completion | OwnTasks | Settings | Taking | Wake.Wake | Scope.Scope> {
  const taking = yield* Taking
  const completion = yield* Completion
  const tasks = yield* OwnTasks
  const { jobsAtOnce } = yield* Settings

  const report = (enrichment: Enrichment, taskId: string, versionId: string | undefined): Report => ({
    step,
    worker: own,
    enrichmentId: enrichment.id,
    ...(versionId === undefined ? {} : { versionId }),
    taskId,
    status: "OK",
    failureCause: ""
  })

  const versionOf = (enrichment: Enrichment) =>
    step.name === "transcription" ? undefined : enrichment.workVersionId ?? enrichment.lastVersionId ?? undefined

  const failed = Effect.fnUntraced(function*(enrichment: Enrichment, taskId: string, error: WorkError) {
    if (error.isPassing) {
      yield* Effect.sleep(pauses[enrichment[`${step.name}Retries`]] ?? pauses.at(-1)!)
      if (yield* tasks.giveBack(enrichment, step, taskId)) return
    }
    yield* completion.complete(
      { ...report(enrichment, taskId, versionOf(enrichment)), status: "KO", failureCause: error.message },
      () => Effect.die("nothing is applied of what failed")
    )
  })

  const one = Effect.fn("Working.one")(function*(enrichment: Enrichment, taskId: string) {
    yield* tasks.claim(enrichment, step, taskId)
    const extend = (share: number | void) =>
      Effect.ignore(completion.extend({ step, worker: own, enrichmentId: enrichment.id, taskId }, share))
    const alive = yield* Effect.forkChild(Effect.repeat(extend(undefined), Schedule.spaced(beat)))
    const result = yield* Effect.result(run({ enrichment, taskId, progress: extend })).pipe(
      Effect.ensuring(Fiber.interrupt(alive))
    )
    if (Result.isSuccess(result)) {
      const { apply, versionId } = result.success
      yield* completion.complete(report(enrichment, taskId, versionId), apply)
    } else yield* failed(enrichment, taskId, result.failure)
    yield* tasks.forget(enrichment.id, step)
  })

  /** A defect is a job's end too: it must not be given out again and again. */
  const guarded = (enrichment: Enrichment, taskId: string) =>
    one(enrichment, taskId).pipe(
      Effect.catchTag("Refusal", ({ errors }) =>
        Effect.logInfo(`The ${step.name} of ${enrichment.id} was not wanted any more`, errors[0]?.message)),
      Effect.catchDefect((defect) =>
        Effect.logError(`The ${step.name} of ${enrichment.id} failed`, defect).pipe(
          Effect.andThen(Effect.ignore(completion.complete(
            {
              ...report(enrichment, taskId, versionOf(enrichment)),
              status: "KO",
              failureCause: "The service failed; its log says why"
            },
            () =>
              Effect.die("nothing is applied of what failed")
          ))),
          Effect.catchDefect(() => Effect.void)
        )
      )
    )

  const all = Effect.gen(function*() {
    yield* tasks.recover(step)
    while (yield* tasks.isWaiting(step)) {
      if (!(yield* ready)) return
      const taskId = randomUUID()
      const taken = yield* taking.take({ step, worker: own, taskId, ...(evaluator === undefined ? {} : { evaluator }) })
      if (Option.isNone(taken)) return
      yield* guarded(taken.value, taskId)
    }
  }).pipe(
    Effect.catchCause((cause) => Effect.logWarning(`The worker of the ${step.name} stumbled`, cause))
  )

  yield* Effect.forEach(
    Array.from({ length: atOnce ?? jobsAtOnce }),
    () => Effect.forkScoped(Wake.whenever([step.waiting], 5000, all)),
    { discard: true }
  )
  return yield* Effect.never
})
