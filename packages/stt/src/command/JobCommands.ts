/** `stt jobs …`: what is in the queue, and what a person may do about it. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { SqlError } from "effect/sql/SqlError"
import type { Enrichment } from "../enrichment/Enrichment.ts"
import { Enrichments } from "../enrichment/Enrichments.ts"
import * as Renewal from "../enrichment/Renewal.ts"
import { type Status, statuses } from "../enrichment/Status.ts"
import { Transitions } from "../enrichment/Transitions.ts"
import * as View from "../enrichment/View.ts"
import { isId } from "../Identifier.ts"
import { wire } from "../Instant.ts"
import { atDesk, type CommandFailed, fail, json, print } from "./Desk.ts"

const id = Argument.String("id").pipe(Argument.withDescription("The enrichment's id"))

const shown = Effect.fnUntraced(function*(rows: ReadonlyArray<Enrichment>) {
  const positions = yield* (yield* Enrichments).positions(rows)
  return rows.map((row) => ({
    ...View.enrichmentWithStatus(row, positions.get(row.id) ?? null),
    client: row.clientId,
    priority: row.priority
  }))
})

const printed = Effect.fnUntraced(function*(asJson: boolean, row: Enrichment) {
  const [one] = yield* shown([row])
  yield* print(asJson, one, [line(row)])
})

const line = (row: Enrichment) =>
  [row.id, row.status, row.clientId, `priority ${row.priority}`, wire(row.createdAt), row.failureCause ?? ""].join("  ")

/** Locks it, so that no worker changes it meanwhile. */
const changing = (
  id: string,
  change: (enrichment: Enrichment) => Effect.Effect<unknown, CommandFailed | SqlError>
) =>
  Effect.gen(function*() {
    const enrichments = yield* Enrichments
    const unknown = fail(`There is no job ${id}. List them with: aiguilleur stt jobs list`)
    if (!isId(id)) return yield* unknown
    return yield* (yield* PgClient).withTransaction(Effect.gen(function*() {
      const found = yield* enrichments.lock(id)
      if (Option.isNone(found) || found.value.deleted) return yield* unknown
      yield* change(found.value)
      return Option.getOrElse(yield* enrichments.lock(id), () => found.value)
    }))
  })

const list = Command.make(
  "list",
  {
    status: Flag.Literals("status", statuses).pipe(Flag.withDescription("Only those in this state"), Flag.optional),
    client: Flag.String("client").pipe(Flag.withDescription("Only those of this client"), Flag.optional),
    limit: Flag.Int("limit").pipe(Flag.withDescription("At most so many"), Flag.withDefault(100)),
    json
  },
  Effect.fnUntraced(function*({ client, json, limit, status }) {
    yield* atDesk(Effect.gen(function*() {
      const sql = yield* PgClient
      const rows = yield* sql<Enrichment>`SELECT * FROM stt_enrichments WHERE NOT deleted
        AND ${Option.isSome(status) ? sql`status = ${status.value}` : sql`true`}
        AND ${Option.isSome(client) ? sql`client_id = ${client.value}` : sql`true`}
        ORDER BY created_at DESC LIMIT ${Math.max(1, limit)}`
      yield* print(json, yield* shown(rows), rows.length === 0 ? ["There is no such job."] : rows.map(line))
    }))
  })
).pipe(
  Command.withDescription("List jobs, the newest first"),
  Command.withExamples([
    { command: "aiguilleur stt jobs list", description: "The newest hundred" },
    {
      command: "aiguilleur stt jobs list --status FAILURE --client pod",
      description: "Those of one client that failed"
    }
  ])
)

interface Task {
  readonly step: string
  readonly taskId: string
  readonly clientId: string
  readonly outcome: string | null
  readonly takenAt: Date
  readonly finishedAt: Date | null
}

const show = Command.make(
  "show",
  { id, json },
  Effect.fnUntraced(function*({ id, json }) {
    yield* atDesk(Effect.gen(function*() {
      const row = yield* changing(id, () => Effect.void)
      const tasks = yield* (yield* PgClient)<Task>`SELECT step, task_id, client_id, outcome, taken_at, finished_at
        FROM stt_tasks WHERE enrichment_id = ${id} ORDER BY taken_at`
      const [one] = yield* shown([row])
      yield* print(json, { ...one, tasks }, [
        line(row),
        ...tasks.map(({ clientId, outcome, step, takenAt }) =>
          `  ${wire(takenAt)}  ${step}  ${clientId}  ${outcome ?? "not reported"}`
        )
      ])
    }))
  })
).pipe(
  Command.withDescription("Show a job, and who was given its steps"),
  Command.withExamples([
    { command: "aiguilleur stt jobs show 0190b4a8-0000-7000-8000-000000000000", description: "One job" }
  ])
)

/** The step that failed begins again; without a medium or a transcript there is nothing to begin with. */
const statusAfter = (row: Enrichment): Status | undefined => {
  if (row.workVersionId !== null) return Renewal.waitingFor(row)
  if (row.mediaKey !== null) return "WAITING_MEDIA_TRANSCRIPTION"
  return row.sourceUrl === null ? undefined : "WAITING_MEIDA_UPLOAD"
}

const retry = Command.make(
  "retry",
  { id, json },
  Effect.fnUntraced(function*({ id, json }) {
    yield* atDesk(Effect.gen(function*() {
      const enrichments = yield* Enrichments
      const row = yield* changing(id, (found) => {
        const status = statusAfter(found)
        if (found.status !== "FAILURE") return fail(`The job ${id} has not failed: it is ${found.status}.`)
        return status === undefined
          ? fail(`The medium of the job ${id} is gone: it has to be sent again.`)
          : enrichments.update(id, { ...Renewal.afresh, status, failureCause: null })
      })
      yield* printed(json, row)
    }))
  })
).pipe(
  Command.withDescription("Try a job again that has failed"),
  Command.withExamples([
    {
      command: "aiguilleur stt jobs retry 0190b4a8-0000-7000-8000-000000000000",
      description: "From the step that failed"
    }
  ])
)

const cancel = Command.make(
  "cancel",
  { id, json },
  Effect.fnUntraced(function*({ id, json }) {
    yield* atDesk(Effect.gen(function*() {
      const transitions = yield* Transitions
      const row = yield* changing(id, (found) =>
        found.status === "SUCCESS" || found.status === "FAILURE"
          ? fail(`The job ${id} has ended already: ${found.status}.`)
          : transitions.fail(found, "Cancelled by an administrator"))
      yield* printed(json, row)
    }))
  })
).pipe(
  Command.withDescription("End a job; its client is told that it failed"),
  Command.withExamples([
    { command: "aiguilleur stt jobs cancel 0190b4a8-0000-7000-8000-000000000000", description: "Whatever its state" }
  ])
)

const priority = Command.make(
  "priority",
  { id, priority: Argument.Int("priority").pipe(Argument.withDescription("Higher is sooner; 1 is usual")), json },
  Effect.fnUntraced(function*({ id, json, priority }) {
    yield* atDesk(Effect.gen(function*() {
      const enrichments = yield* Enrichments
      const row = yield* changing(id, () => enrichments.update(id, { priority }))
      yield* printed(json, row)
    }))
  })
).pipe(
  Command.withDescription("Change which jobs it comes before"),
  Command.withExamples([
    {
      command: "aiguilleur stt jobs priority 0190b4a8-0000-7000-8000-000000000000 5",
      description: "Before those of usual priority"
    }
  ])
)

export const jobs = Command.make("jobs").pipe(
  Command.withDescription("Jobs of the transcription service"),
  Command.withSubcommands([list, show, retry, cancel, priority])
)
