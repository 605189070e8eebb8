/** Prometheus' text format, read tolerantly and in one pass: a line that makes no sense costs itself and no other. */

export interface Sample {
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
}

const nameStart = /[a-zA-Z_:]/
const nameEnd = /[^a-zA-Z0-9_:]/g
const blank = /[ \t]*/y
const valueEnd = /[ \t]/g
const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
const infinity = /^([+-]?)inf(?:inity)?$/i
const notANumber = /^[+-]?nan$/i

/** No number is longer, and the patterns above go back over what nearly is one. */
const longestNumber = 64

const skipBlank = (line: string, at: number): number => {
  blank.lastIndex = at
  blank.exec(line)
  return blank.lastIndex
}

const readName = (line: string, at: number): number => {
  if (!nameStart.test(line.charAt(at))) return at
  nameEnd.lastIndex = at
  return nameEnd.exec(line)?.index ?? line.length
}

const readValue = (line: string, at: number): number | undefined => {
  valueEnd.lastIndex = at
  const end = valueEnd.exec(line)?.index ?? line.length
  if (end - at > longestNumber) return undefined
  const token = line.slice(at, end)
  if (number.test(token)) return Number(token)
  const endless = infinity.exec(token)
  if (endless !== null) return endless[1] === "-" ? -Infinity : Infinity
  return notANumber.test(token) ? NaN : undefined
}

/** The quoted value that opens at `at`, and where it ended; `undefined` if it never closes. */
const readQuoted = (line: string, at: number): readonly [string, number] | undefined => {
  let value = ""
  let from = at + 1
  for (let i = from; i < line.length; i++) {
    const character = line[i]
    if (character === "\"") return [value + line.slice(from, i), i + 1]
    if (character !== "\\") continue
    const escaped = line[i + 1]
    value += line.slice(from, i) +
      (escaped === "n" ? "\n" : escaped === "\"" || escaped === "\\" ? escaped : `\\${escaped ?? ""}`)
    i++
    from = i + 1
  }
  return undefined
}

/** Fills `labels` from the brace at `at` and says where the closing one ended; `undefined` if they make no sense. */
const readLabels = (line: string, at: number, labels: Map<string, string>): number | undefined => {
  let i = skipBlank(line, at + 1)
  while (line[i] !== "}") {
    const end = readName(line, i)
    if (end === i) return undefined
    const label = line.slice(i, end)
    i = skipBlank(line, end)
    if (line[i] !== "=") return undefined
    i = skipBlank(line, i + 1)
    const quoted = line[i] === "\"" ? readQuoted(line, i) : undefined
    if (quoted === undefined) return undefined
    labels.set(label, quoted[0])
    i = skipBlank(line, quoted[1])
    if (line[i] === ",") i = skipBlank(line, i + 1)
    else if (line[i] !== "}") return undefined
  }
  return i + 1
}

const readLine = (line: string, accepts: (name: string) => boolean): Sample | undefined => {
  const start = skipBlank(line, 0)
  const end = readName(line, start)
  const name = line.slice(start, end)
  if (end === start || !accepts(name)) return undefined
  const labels = new Map<string, string>()
  const brace = skipBlank(line, end)
  const after = line[brace] === "{" ? readLabels(line, brace, labels) : brace
  if (after === undefined) return undefined
  // A timestamp or an exemplar may follow the value: neither says anything that we ask.
  const value = readValue(line, skipBlank(line, after))
  return value === undefined ? undefined : { name, labels, value }
}

/** The samples whose name is accepted, in the order of the page. Comments, `# EOF` and broken lines are passed over. */
export const parse = (text: string, accepts: (name: string) => boolean = () => true): Array<Sample> => {
  const samples: Array<Sample> = []
  for (let from = 0; from < text.length;) {
    const newline = text.indexOf("\n", from)
    const to = newline === -1 ? text.length : newline
    if (text[from] !== "#") {
      const sample = readLine(text.slice(from, text[to - 1] === "\r" ? to - 1 : to), accepts)
      if (sample !== undefined) samples.push(sample)
    }
    from = to + 1
  }
  return samples
}
