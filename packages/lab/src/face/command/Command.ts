/** `npm run lab`: simulates a scenario or a trace, and writes the report. */
import { Effect, Result } from "effect"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { page } from "../../report/Page.ts"
import * as Study from "../../report/Study.ts"
import { summary } from "../../report/Summary.ts"
import * as Asked from "./Asked.ts"
import * as Assets from "./Assets.ts"
import * as ProgressBar from "./ProgressBar.ts"

/** Gives the exit status. */
export const run = async (args: ReadonlyArray<string>): Promise<number> => {
  const asked = Asked.read(args, (file) => readFileSync(file, "utf8"))
  if (Result.isFailure(asked)) {
    process.stderr.write(`${asked.failure}\n`)
    return 2
  }
  const { cases, json, out } = asked.success
  const bar = ProgressBar.make(process.stderr)
  const began = performance.now()
  const report = await Effect.runPromise(Study.run(cases, bar.show))
  bar.clear()
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`)
  else process.stdout.write(`${summary(report)}\n\n`)
  if (out === undefined) return 0
  mkdirSync(out, { recursive: true })
  const file = join(out, `${report.name.replaceAll(/[^\w.-]+/g, "-")}.html`)
  writeFileSync(file, page(report, Assets.read()))
  const took = ((performance.now() - began) / 1000).toFixed(2)
  process.stderr.write(
    `${report.columns.reduce((sum, { all }) => sum + all.requests, 0)} requests simulated in ${took} s: ${file}\n`
  )
  return 0
}
