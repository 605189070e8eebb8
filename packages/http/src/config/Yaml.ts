/** From text to YAML nodes; what is no YAML is said in our own words, since the parser's may quote a secret. */
import { LineCounter, parseDocument } from "yaml"
import type { Document } from "yaml"
import type { Problem } from "./ConfigError.ts"

export interface Yaml {
  readonly root: Document.Parsed["contents"]
  readonly positionOf: (offset: number) => { readonly line: number; readonly column: number }
  /** When there are any, the nodes are not to be trusted. */
  readonly problems: ReadonlyArray<Problem>
}

/** Thousands of servers fit in this; what is larger is some other file. */
const longest = 4_000_000

const messages: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "a tab is used for indentation; YAML wants spaces",
  BAD_INDENT: "the indentation, or a missing closing bracket, does not fit the lines around it",
  MISSING_CHAR: "something is missing here: a closing quote or bracket, a colon, a comma or a space",
  BAD_SCALAR_START: "a value cannot start with this character; put it in quotes",
  BLOCK_AS_IMPLICIT_KEY: "a second `key: value` on the same line; put the value in quotes if it contains a colon",
  MULTIPLE_DOCS: "a second document starts here; a file holds one",
  BAD_DQ_ESCAPE: "an unknown escape in double quotes; write \\\\ for a backslash, or use single quotes",
  TAG_RESOLVE_FAILED: "tags like !name are not supported; write the value, or a \"${NAME}\" reference",
  RESOURCE_EXHAUSTION: "nested too deeply"
}

const otherwise = "this does not belong here; check the indentation, quotes and brackets around it"
const bareReference = "inside { } and [ ] a reference needs quotes: \"${NAME}\""

export const parse = (text: string): Yaml => {
  const counter = new LineCounter()
  const positionOf = (offset: number) => {
    const { col, line } = counter.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  if (text.length > longest) {
    return { root: null, positionOf, problems: [{ path: "", message: "larger than 4 MB: not a configuration file" }] }
  }
  // Repeated keys are found later, where their path is known and other spellings count too.
  const { contents, errors, warnings } = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: "error"
  })
  const problems: Array<Problem> = []
  for (const { code, pos: [offset] } of [...errors, ...warnings].sort((a, b) => a.pos[0] - b.pos[0])) {
    const position = positionOf(offset)
    // The rest of a line after its first problem is noise.
    if (problems.at(-1)?.line === position.line) continue
    const inFlow = text.slice(offset - 1, offset + 1) === "${"
    problems.push({ path: "", message: inFlow ? bareReference : messages[code] ?? otherwise, ...position })
    if (problems.length === 20) break
  }
  return { root: contents, positionOf, problems }
}
