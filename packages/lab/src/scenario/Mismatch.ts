/** From a Schema's issue to problems that a person can act on. */
import { Formatter } from "effect"
import type { SchemaIssue } from "effect"
import type { Problem } from "./ScenarioError.ts"

type Path = ReadonlyArray<PropertyKey>

export const problemsOf = (issue: SchemaIssue.Issue, value: unknown): Array<Problem> => {
  const visit = (issue: SchemaIssue.Issue, path: Path): Array<Problem> => {
    switch (issue._tag) {
      case "Pointer":
        return visit(issue.issue, [...path, ...issue.path])
      case "Filter":
      case "Encoding":
        return visit(issue.issue, path)
      case "Composite":
        return issue.issues.flatMap((inner) => visit(inner, path))
      case "AnyOf":
        return issue.issues.length === 0 ? [kindOf(value, path)] : issue.issues.flatMap((inner) => visit(inner, path))
      case "MissingKey":
        return [{ path: written(path), message: "is missing" }]
      case "UnexpectedKey":
        return [{ path: written(path), message: "no such field" }]
      case "InvalidType":
        return [{
          path: written(path),
          message: wrong(issue.ast._tag === "Arrays" ? "a list" : "a mapping", value, path)
        }]
      case "InvalidValue":
        return [{ path: written(path), message: wrong(issue.annotations?.expected ?? "another value", value, path) }]
      default:
        return [{ path: written(path), message: wrong("another value", value, path) }]
    }
  }
  return visit(issue, [])
}

/** The only choice between mappings is that of arrivals, by their kind. */
const kindOf = (value: unknown, path: Path): Problem => {
  const found = at(value, path)
  const isMapping = typeof found === "object" && found !== null && !Array.isArray(found)
  return isMapping
    ? {
      path: `${written(path)}.kind`,
      message: wrong("one of closed, poisson, bursts, daily, trace", value, [...path, "kind"])
    }
    : { path: written(path), message: wrong("a mapping with a kind", value, path) }
}

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, step) => (inner as Record<PropertyKey, unknown> | undefined)?.[step], value)

const wrong = (expected: string, value: unknown, path: Path): string =>
  `expected ${expected}, found ${told(at(value, path))}`

const told = (found: unknown): string => {
  if (found === undefined || found === null) return "nothing"
  if (Array.isArray(found)) return "a list"
  // Aliases make circles, which JSON does not have.
  return typeof found === "object" ? Formatter.formatJson(found).slice(0, 80) : JSON.stringify(found)
}

export const written = (path: Path): string =>
  path.map((step, index) => typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${String(step)}`).join(
    ""
  )
