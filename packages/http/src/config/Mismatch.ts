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

export const decode = (value: unknown, report: Report): Decoded => {
  const incomplete = new Set<string>()
  let rest = value
  // Each round sets aside what the one before left without a required field; the nesting is three deep.
  for (let round = 0; round < 5; round++) {
    const result = decodeFile(rest)
    if (Result.isSuccess(result)) return { file: result.success, incomplete }
    const mismatches = mismatchesOf(result.failure.issue, [])
    for (const mismatch of mismatches) {
      if (round === 0) explain(mismatch, value, report)
      incomplete.add(sectionOf(mismatch.path.slice(0, -1)))
      incomplete.add(sectionOf(mismatch.path))
    }
    rest = setAside(rest, mismatches)
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
  if (kind === "missing") return report.error(path, "is missing")
  if (kind === "unknown") {
    return report.error(path, `no such field${hint(String(path.at(-1)), fieldsOf[sectionOf(path.slice(0, -1))] ?? [])}`)
  }
  const found = describe(at(value, path), path, report)
  const quotes = expected === "text" && typeof at(value, path) !== "object" ? "; put it in quotes" : ""
  report.error(path, `expected ${expected}, found ${found}${quotes}`, { expected, found })
}

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, step) => (inner as Record<string | number, unknown> | undefined)?.[step], value)

/** Never what a reference stands for, nor anything of a secret. */
const describe = (value: unknown, path: Path, report: Report): string => {
  if (Array.isArray(value)) return "a list"
  if (typeof value === "object" && value !== null) return "a mapping"
  const text = report.placeOf(path)?.text
  if (text !== undefined && isReference(text)) return `what ${text.match(/\$\{\w+\}/)?.[0] ?? "a reference"} stands for`
  // A bare text where a mapping belongs may be a secret that lost its field.
  const isSecret = ["token", "secret"].includes(String(path.at(-1))) || typeof path.at(-1) === "number"
  if (isSecret) return typeof value === "string" ? "a text" : `a ${typeof value}`
  if (typeof value !== "string") return String(text ?? value)
  const shown = withoutCredentials(value)
  return JSON.stringify(shown.length > 80 ? `${shown.slice(0, 80)}…` : shown)
}

/** A copy without the wrong fields; an element of a list of mappings that lacks something required becomes `null`. */
const setAside = (value: unknown, mismatches: ReadonlyArray<Mismatch>): unknown => {
  const copy = structuredClone(value)
  for (const { kind, path } of mismatches) {
    let target = kind === "missing" ? path.slice(0, -1) : path
    const isElement = Object.hasOwn(fieldsOf, sectionOf(target))
    // One wrong name spoils a list of names.
    while (typeof target.at(-1) === "number" && !isElement) target = target.slice(0, -1)
    const parent = at(copy, target.slice(0, -1))
    const last = target.at(-1)
    if (last === undefined || typeof parent !== "object" || parent === null) continue
    if (typeof last === "number") (parent as Array<unknown>)[last] = null
    else delete (parent as Record<string, unknown>)[last]
  }
  return copy
}
