/** The rules of the contract, each with the test that holds it: what `docs/transcription-api.md` is made from. */
import * as fs from "node:fs"
import { fileURLToPath } from "node:url"

export type Kind = "MUST" | "FIX" | "OURS"

export interface Rule {
  readonly section: string
  readonly kind: Kind
  readonly rule: string
  readonly test: string
  readonly file: string
}

/** Marks, above a test, what it holds: `// §2.5 MUST: the rule`. */
const mark = /^\s*\/\/ §([\d.]+) (MUST|FIX|OURS): (.+)$/
const title = /^\s*it(?:\.effect)?\("((?:[^"\\]|\\.)+)"/

const folder = fileURLToPath(new URL("..", import.meta.url))

const inFile = (file: string): ReadonlyArray<Rule> => {
  const found: Array<Rule> = []
  let pending: Array<Omit<Rule, "test" | "file">> = []
  for (const line of fs.readFileSync(`${folder}/${file}`, "utf8").split("\n")) {
    const [, section, kind, rule] = mark.exec(line) ?? []
    if (section !== undefined) pending.push({ section, kind: kind as Kind, rule: rule! })
    const [, test] = title.exec(line) ?? []
    if (test === undefined) continue
    const where = { test: test.replaceAll("\\\"", "\""), file }
    for (const rule of pending) found.push(Object.assign(rule, where))
    pending = []
  }
  return found
}

export const read = (): ReadonlyArray<Rule> =>
  fs.readdirSync(folder).filter((name) => name.endsWith(".test.ts")).sort().flatMap(inFile)

const order = (section: string) => section.split(".").map((part) => part.padStart(3, "0")).join(".")

export const page = (): string => {
  const rows = [...read()].sort((one, other) => order(one.section).localeCompare(order(other.section)))
  return [
    "# The transcription API: every rule and the test that holds it",
    "",
    "Made by `npm run stt:rules`; a test fails when it has drifted. The section is that of the contract",
    "for AristoteAPI-compatible services. MUST: a known client or worker breaks otherwise. FIX: the original fails there.",
    "OURS: additions that known clients do not see.",
    "",
    "| section | kind | rule | test |",
    "| --- | --- | --- | --- |",
    ...rows.map(({ file, kind, rule, section, test }) =>
      `| ${section} | ${kind} | ${rule.replaceAll("|", "\\|")} | ${file}: ${test} |`
    ),
    ""
  ].join("\n")
}
