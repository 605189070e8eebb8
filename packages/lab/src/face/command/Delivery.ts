/** Brings a report to whoever asked for it: tables for a terminal or JSON for a program, and a page that needs nothing else. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { page } from "../../report/Page.ts"
import type { Report } from "../../report/Report.ts"
import { summary } from "../../report/Summary.ts"
import * as Assets from "./Assets.ts"

export interface Wanted {
  readonly json: boolean
  /** The folder of the page; none is written without. */
  readonly out: string | undefined
}

/** Gives the page's place, if there is one. */
export const deliver = (report: Report, { json, out }: Wanted): string | undefined => {
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : `${summary(report)}\n\n`)
  if (out === undefined) return undefined
  mkdirSync(out, { recursive: true })
  const file = join(out, `${report.name.replaceAll(/[^\w.-]+/g, "-")}.html`)
  writeFileSync(file, page(report, Assets.read()))
  return file
}
