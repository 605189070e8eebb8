/** `aiguilleur usage export`: what was used, row by row, for a spreadsheet or a program; read as it is written out. */
import { Usage } from "@aiguilleur/store/Usage"
import type { UsageRow } from "@aiguilleur/store/UsageRow"
import { UsageRow as Row } from "@aiguilleur/store/UsageRow"
import { DateTime, Effect, Option, Predicate, Result, Stdio, Stream, String } from "effect"
import { Command, Flag } from "effect/cli"
import * as KeyFlags from "./KeyFlags.ts"
import { Rejected } from "./Refusal.ts"
import * as Trace from "./Trace.ts"

const names = Object.keys(Row.fields) as Array<keyof UsageRow>
const instants: ReadonlySet<keyof UsageRow> = new Set(["arrivedAt", "grantedAt", "firstByteAt", "finishedAt"])

const valueOf = (row: UsageRow, name: keyof UsageRow) => {
  const value = row[name]
  return instants.has(name) && typeof value === "number" ? new Date(value).toISOString() : value
}

const plain = (row: UsageRow) => Object.fromEntries(names.map((name) => [name, valueOf(row, name)]))

/** What a spreadsheet would take for a formula: names of models and requests come from callers. */
const formula = /^[=+\-@\t\r]/

/** As RFC 4180 has it; nothing at all for what never came to be. */
export const cell = (value: unknown): string => {
  if (value === null) return ""
  if (typeof value !== "string") return globalThis.String(value)
  const text = formula.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll("\"", "\"\"")}"` : text
}

const csv = <E>(rows: Stream.Stream<UsageRow, E>) =>
  Stream.concat(
    Stream.succeed(line(names.map(String.camelToSnake))),
    Stream.map(rows, (row) => line(names.map((name) => valueOf(row, name))))
  )

const line = (cells: ReadonlyArray<unknown>): string => `${cells.map(cell).join(",")}\r\n`

const trace = <E>(rows: Stream.Stream<UsageRow, E>) =>
  Stream.concat(
    Stream.succeed(line(Trace.columns)),
    Stream.filterMap(rows, (row) => {
      const cells = Trace.cells(row)
      return cells === undefined ? Result.failVoid : Result.succeed(line(cells))
    })
  )

const json = <E>(rows: Stream.Stream<UsageRow, E>) =>
  Stream.succeed("[").pipe(
    Stream.concat(Stream.map(Stream.zipWithIndex(rows), ([row, index]) =>
      `${index === 0 ? "\n" : ",\n"}${JSON.stringify(plain(row))}`)),
    Stream.concat(Stream.succeed("\n]\n"))
  )

/** `| head` closes the pipe once it has what it wants. */
const hasReadEnough = (error: { readonly cause?: unknown }): boolean =>
  Predicate.hasProperty(error.cause, "code") && error.cause.code === "EPIPE"

export const exported = Command.make(
  "export",
  {
    from: KeyFlags.date("from").pipe(
      Flag.withDescription(
        "Requests that finished from then on: a day like 2026-11-01 (UTC), or an instant with its zone"
      )
    ),
    to: KeyFlags.date("to").pipe(Flag.withDescription("… and before then; else until now"), Flag.optional),
    organisation: Flag.String("organisation").pipe(Flag.withDescription("Requests of its keys alone"), Flag.optional),
    model: Flag.String("model").pipe(Flag.withDescription("Requests for it alone, by its public name"), Flag.optional),
    format: Flag.Literals("format", ["csv", "json", "trace"]).pipe(
      Flag.withDescription("csv for spreadsheets (the default), json for programs, trace for the laboratory"),
      Flag.withDefault("csv")
    ),
    json: KeyFlags.json.pipe(Flag.withDescription("The same as --format json"))
  },
  Effect.fn("UsageExport.run")(function*({ format, from, json: isJson, model, organisation, to }) {
    const end = Option.isSome(to) ? to.value : yield* DateTime.now
    if (DateTime.isGreaterThan(from, end)) {
      return yield* new Rejected({ message: "Nothing to export: --from is after --to." })
    }
    const usage = yield* Usage
    const stdio = yield* Stdio.Stdio
    const rows = usage.rows({
      from,
      to: end,
      ...(Option.isSome(organisation) ? { organisation: organisation.value } : {}),
      ...(Option.isSome(model) ? { model: model.value } : {})
    })
    const text = isJson || format === "json" ? json(rows) : format === "trace" ? trace(rows) : csv(rows)
    return yield* Stream.run(text, stdio.stdout({ endOnDone: false })).pipe(
      Effect.catchIf(hasReadEnough, () => Effect.void)
    )
  })
).pipe(
  Command.withDescription("Export what was used: one row for each request, with its times, tokens, server and ending"),
  Command.withExamples([
    {
      command: "aiguilleur usage export --from 2026-11-01 --to 2026-12-01 > november.csv",
      description: "A month, for a spreadsheet"
    },
    {
      command: "aiguilleur usage export --from 2026-11-01 --organisation univ-a --format json",
      description: "What univ-a used since, for a program"
    },
    {
      command: "aiguilleur usage export --from 2026-11-23 --to 2026-11-24 --format trace > monday.csv",
      description: "A day to try another policy on: npm run lab -- monday.csv --fleet SCENARIO --policy …"
    }
  ])
)
