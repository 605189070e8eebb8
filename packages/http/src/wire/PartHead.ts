/**
 * The head of one part of a form. It is read strictly: where two readers could disagree on the name of a field, a
 * caller could show one name to the gateway and another to an engine.
 */

export interface PartHead {
  readonly name: string
  /** It has a `filename`. */
  readonly isFile: boolean
}

/** What is wrong with the part, to follow the word "it". */
export interface BadHead {
  readonly problem: string
}

const line = /^([!#$%&'*+\-.^_`|~\w]+):([\t\x20-\x7e\x80-\xff]*)$/
const parameter = /^[ \t]*;[ \t]*([\w*-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"\\]+))[ \t]*/
const blanks = /^[ \t]*/
const asIs = /^(?:7bit|8bit|binary)$/i

const bad = (problem: string): BadHead => ({ problem })

const disposition = (value: string): PartHead | BadHead => {
  const type = /^form-data[ \t]*(?=;|$)/i.exec(value)
  if (type === null) return bad("is no `form-data`")
  let rest = value.slice(type[0].length)
  let name: string | undefined
  let isFile = false
  const seen = new Set<string>()
  while (rest !== "") {
    const match = parameter.exec(rest)
    if (match === null) return bad("has a Content-Disposition that cannot be read")
    rest = rest.slice(match[0].length)
    const key = match[1]!.toLowerCase()
    if (seen.has(key)) return bad(`gives \`${key}\` twice in its Content-Disposition`)
    seen.add(key)
    if (key === "name") name = match[2] ?? match[3]!
    else if (key === "filename" || key === "filename*") isFile = true
    else if (key.includes("*")) return bad(`has a Content-Disposition with \`${key}\`: give plain parameters`)
  }
  if (name === undefined) return bad("has no name in its Content-Disposition")
  return name.includes("\\") ? bad("has a name with a backslash") : { name, isFile }
}

/** Its lines, without the blank one that ends it. */
export const read = (text: string): PartHead | BadHead => {
  let found: PartHead | BadHead | undefined
  for (const each of text.split("\r\n")) {
    const match = line.exec(each)
    if (match === null) return bad("has a line in its head that is no header")
    const [, name = "", value = ""] = match
    if (/^content-transfer-encoding$/i.test(name) && !asIs.test(value.trim())) {
      return bad("is encoded: send it as it is, without a Content-Transfer-Encoding")
    }
    if (!/^content-disposition$/i.test(name)) continue
    if (found !== undefined) return bad("has two Content-Dispositions")
    // Not by the line's own pattern, which would go back over them.
    found = disposition(value.replace(blanks, ""))
  }
  return found ?? bad("has no Content-Disposition")
}
