/** From YAML nodes to plain values under our own field names, with references replaced and every place marked. */
import { isAlias, isMap, isScalar, isSeq } from "yaml"
import type { Node, Pair, Scalar, YAMLMap } from "yaml"
import type { Environment } from "./Environment.ts"
import { isReference, substitute } from "./Environment.ts"
import { join } from "./Report.ts"
import type { Path, Report } from "./Report.ts"
import { withoutCredentials } from "./ServerUrl.ts"
import { read } from "./Spelling.ts"
import type { Yaml } from "./Yaml.ts"

/** The kind of mapping that a path leads to: `models.servers` for `["models", 0, "servers", 2]`. */
export const sectionOf = (path: Path) => path.filter((step) => typeof step === "string").join(".")

/** No field lies deeper than this by far, and each place has its whole path. */
const deepest = 32

export const values = (yaml: Yaml, environment: Environment, report: Report): unknown => {
  const mark = (path: Path, written: string, node: Node | null | undefined, text?: string) => {
    const position = yaml.positionOf(node?.range?.[0] ?? 0)
    report.mark(path, { path: withoutCredentials(written), ...position, ...(text === undefined ? {} : { text }) })
  }

  const replace = (path: Path, text: string) => {
    if (!isReference(text)) return text
    const { problems, text: replaced, values } = substitute(text, environment)
    for (const [reference, value] of values) report.conceal(reference, value)
    if (problems.length > 0) report.error(path, problems.join("; "))
    return replaced
  }

  /** `null` for what is empty or was refused. */
  const visit = (node: Node | null | undefined, path: Path, written: string): unknown => {
    if (path.length > deepest) {
      report.error(path, "nested too deeply")
      return null
    }
    if (isAlias(node)) {
      report.error(path, "aliases (*name) are not supported; write the value out")
      return null
    }
    if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined) {
      report.error(path, "anchors (&name) are not supported; write the value out at each place")
    }
    if (isMap(node)) return mapping(node, path, written)
    if (isSeq(node)) {
      return node.items.map((item, index) => element(item as Node | null, [...path, index], join(written, index)))
    }
    if (!isScalar(node)) return null
    return typeof node.value === "string" ? replace(path, node.value) : node.value
  }

  const element = (node: Node | null, path: Path, written: string): unknown => {
    mark(path, written, node, sourceOf(node))
    const before = report.problems.length
    const value = visit(node, path, written)
    if (value === null && report.problems.length === before) report.error(path, "an empty item in a list; remove it")
    return value
  }

  /** Empty fields count as absent, as in Helm values; a field read before is refused under any spelling. */
  const mapping = (node: YAMLMap, path: Path, written: string): Record<string, unknown> => {
    const entries = new Map<string, unknown>()
    for (const { key, value } of node.items as Array<Pair<Node, Node | null>>) {
      const name = isScalar(key) ? String(key.value) : ""
      const here = name === "" ? written : join(written, name)
      const reading = read(sectionOf(path), name)
      if (name === "" || name === "<<") {
        const what = name === ""
          ? "a key that is no plain name"
          : "merge keys (<<) are not supported; write the fields out"
        mark([...path, name], here, key)
        report.error([...path, name], what)
        continue
      }
      if (reading._tag === "Ignored") {
        mark([...path, name], here, key)
        report.warn([...path, name], reading.why)
        continue
      }
      const at = [...path, reading.name]
      if (entries.has(reading.name)) {
        const first = report.refer(at)
        // Marked under its own spelling for the moment: the first one keeps its place.
        mark([...at, ""], here, key)
        report.error([...at, ""], `written twice: ${first} says the same; keep one of them`)
        continue
      }
      mark(at, here, key, sourceOf(value))
      const isServers = sectionOf(at) === "models.servers"
      const found = isServers && isMap(value) ? byUrl(value, at, here) : visit(value, at, here)
      if (found !== null) entries.set(reading.name, isServers ? withKind(found, reading.impliedKind) : found)
    }
    return Object.fromEntries(entries)
  }

  /** The predecessor's own form: each server under its URL. */
  const byUrl = (node: YAMLMap, path: Path, written: string): Array<unknown> =>
    (node.items as Array<Pair<Node, Node | null>>).map(({ key, value }, index): unknown => {
      const at = [...path, index]
      const name = isScalar(key) ? String(key.value) : ""
      const here = join(written, name)
      mark(at, here, key)
      mark([...at, "url"], here, key, name)
      const url = replace([...at, "url"], name)
      const fields = visit(value, at, here) ?? {}
      return typeof fields === "object" && !Array.isArray(fields) ? Object.assign(fields, { url }) : fields
    })

  if (yaml.root === null) {
    report.error([], "the file is empty")
    return null
  }
  return visit(yaml.root, [], "")
}

const withKind = (servers: unknown, kind: string | undefined): unknown => {
  if (kind === undefined || !Array.isArray(servers)) return servers
  return servers.map((server: unknown) => typeof server === "object" && server !== null ? { kind, ...server } : server)
}

/** A scalar as it stands in the file. */
const sourceOf = (node: Node | null | undefined): string | undefined =>
  isScalar(node) ? String((node as Scalar).source ?? node.value) : undefined
