/** Decodes the plain values by the Schema, reports every mismatch, and sets the wrong parts aside to check the rest. */
import { Result, Schema, SchemaIssue } from "effect"
import { ConfigFile, fieldsOf } from "./ConfigFile.ts"
import { isReference } from "./Environment.ts"
import type { Path, Report } from "./Report.ts"
import { withoutCredentials } from "./ServerUrl.ts"
import { sectionOf } from "./Source.ts"
import { hint } from "./Suggestion.ts"

interface Mismatch {
  readonly path: Path
  readonly kind: "missing" | "unknown" | "wrong"
  readonly expected: string
}

export interface Decoded {
  /** `undefined` when nothing of use is left. */
  readonly file: ConfigFile | undefined
  /** Sections that are not complete: what they lack may only have been misspelt. */
  readonly incomplete: ReadonlySet<string>
}

const decodeFile = Schema.decodeUnknownResult(ConfigFile, { errors: "all", onExcessProperty: "error" })

/** Fields by which other parts of the file refer to something. */
const identifying = new Set(["name", "model", "aliases", "servers", "url", "site", "organisation"])

export const decode = (value: unknown, report: Report): Decoded => {
  const incomplete = new Set<string>()
  let rest = value
  // An unknown field hides the other mismatches of its mapping, and what is set aside may leave another mapping without
  // a required field: so rounds, of which three levels of nesting need a few.
  for (let round = 0; round < 10; round++) {
    const result = decodeFile(rest)
    if (Result.isSuccess(result)) return { file: result.success, incomplete }
    const mismatches = mismatchesOf(result.failure.issue, [])
    for (const mismatch of mismatches) explain(mismatch, value, report)
    rest = setAside(rest, mismatches, incomplete)
  }
  return { file: undefined, incomplete }
}

const mismatchesOf = (issue: SchemaIssue.Issue, path: Path): Array<Mismatch> => {
  switch (issue._tag) {
    case "Pointer":
      return mismatchesOf(issue.issue, [...path, ...issue.path as Path])
    case "Filter":
    case "Encoding":
      return mismatchesOf(issue.issue, path)
    case "Composite":
      return issue.issues.flatMap((inner) => mismatchesOf(inner, path))
    case "AnyOf":
      // Unions are only lists' elements with `null`, which the file itself cannot say.
      return issue.issues.length === 0
        ? [{ path, kind: "wrong", expected: "a mapping" }]
        : issue.issues.flatMap((inner) => mismatchesOf(inner, path))
    case "MissingKey":
      return [{ path, kind: "missing", expected: "a value" }]
    case "UnexpectedKey":
      return [{ path, kind: "unknown", expected: "no such field" }]
    case "InvalidType":
      return [{ path, kind: "wrong", expected: issue.ast._tag === "Arrays" ? "a list" : "a mapping" }]
    case "InvalidValue":
      return [{ path, kind: "wrong", expected: issue.annotations?.expected ?? "another value" }]
    default:
      return [{ path, kind: "wrong", expected: "another value" }]
  }
}

const explain = ({ expected, kind, path }: Mismatch, value: unknown, report: Report) => {
  // What an earlier round set aside has been reported already.
  if (kind === "missing") return at(value, path) === undefined ? report.error(path, "is missing") : undefined
  if (kind === "unknown") {
    return report.error(path, `no such field${hint(String(path.at(-1)), fieldsOf[sectionOf(path.slice(0, -1))] ?? [])}`)
  }
  const found = describe(at(value, path), path, expected, report)
  const quotes = expected === "text" && ["number", "boolean"].includes(typeof at(value, path))
    ? "; put it in quotes"
    : ""
  report.error(path, `expected ${expected}, found ${found}${quotes}`, { expected, found })
}

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, step) => (inner as Record<string | number, unknown> | undefined)?.[step], value)

/** Never what a reference stands for, nor anything of a secret. */
const describe = (value: unknown, path: Path, expected: string, report: Report): string => {
  if (Array.isArray(value)) return "a list"
  if (typeof value === "object" && value !== null) return "a mapping"
  const text = report.placeOf(path)?.text
  if (text !== undefined && isReference(text)) return `what ${text.match(/\$\{\w+\}/)?.[0] ?? "a reference"} stands for`
  // A bare text where a mapping belongs may be a secret that lost its field.
  const isSecret = ["token", "secret"].includes(String(path.at(-1))) || expected === "a mapping" ||
    expected === "a list"
  if (isSecret) return typeof value === "string" ? "a text" : `a ${typeof value}`
  if (typeof value !== "string") return String(text ?? value)
  const shown = withoutCredentials(value)
  return JSON.stringify(shown.length > 80 ? `${shown.slice(0, 80)}…` : shown)
}

/** A copy without the wrong fields; an element of a list of mappings that lacks something required becomes `null`. */
const setAside = (value: unknown, mismatches: ReadonlyArray<Mismatch>, incomplete: Set<string>): unknown => {
  const copy = structuredClone(value)
  for (const { kind, path } of mismatches) {
    const target = targetOf(kind === "missing" ? path.slice(0, -1) : path)
    const parent = at(copy, target.slice(0, -1))
    const last = target.at(-1)
    if (last === undefined || typeof parent !== "object" || parent === null) continue
    if (typeof last === "number") {
      ;(parent as Array<unknown>)[last] = null
      incomplete.add(sectionOf(target))
      continue
    }
    delete (parent as Record<string, unknown>)[last]
    if (kind === "unknown" || identifying.has(last)) incomplete.add(sectionOf(target.slice(0, -1)))
    if (Object.hasOwn(fieldsOf, last)) incomplete.add(last)
  }
  return copy
}

/** One wrong name spoils a list of names, but one wrong mapping only itself. */
const targetOf = (path: Path): Path =>
  typeof path.at(-1) === "number" && !Object.hasOwn(fieldsOf, sectionOf(path)) ? targetOf(path.slice(0, -1)) : path
