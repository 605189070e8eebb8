/** Collects problems and warnings by path, and knows where in the file each path was written. */
import type { Problem } from "./ConfigError.ts"

export type Path = ReadonlyArray<string | number>

export interface Place {
  /** In the spelling of the file. */
  readonly path: string
  readonly line: number
  readonly column: number
  /** A scalar as it was written, before references were replaced. */
  readonly text?: string
}

export interface Details {
  readonly expected?: string
  readonly found?: string
}

export interface Report {
  readonly problems: Array<Problem>
  readonly warnings: Array<Problem>
  /** Messages show the reference where its value would stand, whatever field a secret has strayed into. */
  readonly conceal: (reference: string, value: string) => void
  readonly mark: (path: Path, place: Place) => void
  /** The first problem of a path counts; what else is wrong there follows from it. */
  readonly error: (path: Path, message: string, details?: Details) => void
  readonly warn: (path: Path, message: string) => void
  /** The path as it was written and its line, to refer to it from another problem. */
  readonly refer: (path: Path) => string
  /** The place of this very path, if it is in the file. */
  readonly placeOf: (path: Path) => Place | undefined
}

/** Shorter values are no secrets, and too likely to stand in a message by chance. */
const shortestConcealed = 6

const identifier = /^[A-Za-z_$][\w$-]*$/

export const join = (parent: string, step: string | number): string => {
  if (typeof step === "number") return `${parent}[${step}]`
  if (!identifier.test(step)) return `${parent}[${JSON.stringify(step)}]`
  return parent === "" ? step : `${parent}.${step}`
}

export const make = (): Report => {
  const places = new Map<string, Place>()
  const concealed = new Map<string, string>()
  const faulty = new Set<string>()
  const problems: Array<Problem> = []
  const warnings: Array<Problem> = []
  const idOf = (path: Path) => JSON.stringify(path)

  /** What is not in the file (a missing field, a default) is placed at the nearest mapping around it. */
  const locate = (path: Path): Partial<Place> & { readonly path: string } => {
    const place = places.get(idOf(path))
    if (place !== undefined) return place
    if (path.length === 0) return { path: "" }
    const around = locate(path.slice(0, -1))
    return { ...around, path: join(around.path, path.at(-1)!) }
  }

  const clear = (text: string) => {
    let cleared = text
    for (const [value, reference] of concealed) cleared = cleared.replaceAll(value, () => reference)
    return cleared
  }

  const problem = (path: Path, message: string, details: Details = {}): Problem => {
    const { column, line, path: written } = locate(path)
    return {
      path: written,
      message: clear(message),
      ...(details.expected === undefined ? {} : { expected: clear(details.expected) }),
      ...(details.found === undefined ? {} : { found: clear(details.found) }),
      ...(line === undefined || column === undefined ? {} : { line, column })
    }
  }

  return {
    problems,
    warnings,
    conceal: (reference, value) => {
      if (value.length >= shortestConcealed) concealed.set(value, reference)
    },
    mark: (path, place) => {
      places.set(idOf(path), place)
    },
    error: (path, message, details) => {
      if (faulty.has(idOf(path))) return
      faulty.add(idOf(path))
      problems.push(problem(path, message, details))
    },
    warn: (path, message) => {
      warnings.push(problem(path, message))
    },
    refer: (path) => {
      const { line, path: written } = locate(path)
      return line === undefined ? written : `${written} (line ${line})`
    },
    placeOf: (path) => places.get(idOf(path))
  }
}
