/** The source of the pages as syntax trees, to be asked what people will read. */
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parseSync } from "vite"

const root = join(import.meta.dirname, "../../src")

export interface Node {
  readonly type: string
  readonly start: number
  readonly [field: string]: unknown
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "type" in value

const visit = (value: unknown, see: (node: Node) => void): void => {
  if (Array.isArray(value)) {
    for (const each of value) visit(each, see)
    return
  }
  if (!isNode(value)) return
  see(value)
  for (const child of Object.values(value)) visit(child, see)
}

export const nodesOf = (file: string, text: string): ReadonlyArray<Node> => {
  const { errors, program } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]!.message}`)
  const nodes: Array<Node> = []
  visit(program, (node) => nodes.push(node))
  return nodes
}

/** Every module of the pages with its tree. */
export const modules = (): ReadonlyArray<readonly [file: string, nodes: ReadonlyArray<Node>]> =>
  globSync("**/*.{ts,tsx}", { cwd: root }).toSorted().map((file) => [
    file,
    nodesOf(file, readFileSync(join(root, file), "utf8"))
  ])
