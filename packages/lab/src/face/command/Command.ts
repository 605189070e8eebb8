/** `npm run lab`: simulates a scenario or a trace, and writes the report. */
import { Effect, Result } from "effect"
import { readFileSync } from "node:fs"
import * as Study from "../../report/Study.ts"
import * as Asked from "./Asked.ts"
import { deliver } from "./Delivery.ts"
import * as ProgressBar from "./ProgressBar.ts"

/** Gives the exit status. */
export const run = async (args: ReadonlyArray<string>): Promise<number> => {
  const asked = Asked.read(args, (file) => readFileSync(file, "utf8"))
  if (Result.isFailure(asked)) {
    process.stderr.write(`${asked.failure}\n`)
    return 2
  }
  const { cases } = asked.success
  const bar = ProgressBar.make(process.stderr)
  const began = performance.now()
  const report = await Effect.runPromise(Study.run(cases, bar.show))
  bar.clear()
  const file = deliver(report, asked.success)
  if (file === undefined) return 0
  const took = ((performance.now() - began) / 1000).toFixed(2)
  process.stderr.write(
    `${report.columns.reduce((sum, { all }) => sum + all.requests, 0)} requests simulated in ${took} s: ${file}\n`
  )
  return 0
}
