/** JSON as models write it: in fences, after thoughts, among prose, with commas too many, or cut off at the end. */

const withoutThoughts = (text: string): string => text.replace(/<think>[\s\S]*?(?:<\/think>|$)/g, "")

const fences = /```[\w-]*\s*([\s\S]*?)(?:```|$)/g

interface Scan {
  readonly text: string
  /** Brackets that the end of the text left open, the innermost last. */
  readonly open: ReadonlyArray<string>
  readonly inString: boolean
  /** Where the last string begins. */
  readonly lastString: number
}

const closing: Readonly<Record<string, string>> = { "{": "}", "[": "]" }

/** From the first bracket to the one that closes it, or to the end; line ends inside of strings are escaped. */
const scan = (text: string, from: number): Scan => {
  const open: Array<string> = []
  let inString = false
  let lastString = 0
  let out = ""
  for (let index = from; index < text.length; index++) {
    const char = text[index]!
    if (inString) {
      if (char === "\\") {
        out += char + (text[++index] ?? "")
        continue
      }
      if (char === "\"") inString = false
      out += char === "\n" ? "\\n" : char === "\r" ? "" : char === "\t" ? "\\t" : char
      continue
    }
    if (char === "\"") {
      inString = true
      lastString = out.length
    }
    out += char
    if (char === "{" || char === "[") open.push(closing[char]!)
    else if (char === "}" || char === "]") {
      if (open.pop() !== char) break
      if (open.length === 0) return { text: out, open, inString, lastString }
    }
  }
  return { text: out, open, inString, lastString }
}

const withoutLooseCommas = (text: string): string => text.replace(/,\s*(?=[}\]])/g, "")

const parsed = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** What was cut off is given its missing brackets; a member that lost its value is left out. */
const completed = ({ inString, lastString, open, text }: Scan): string => {
  const closed = open.toReversed().join("")
  if (inString) return `${text}"${closed}`
  const isName = /"\s*:$/.test(text.trimEnd().slice(-longestGap))
  return (isName ? text.slice(0, lastString).trimEnd().replace(/,$/, "") : text) + closed
}

/** Between a name and its colon. */
const longestGap = 32

/** Each costs a look at all that follows, and no answer begins so often in vain. */
const mostBeginnings = 64

const read = (text: string): { readonly value: unknown } | undefined => {
  let from = text.search(/[{[]/)
  for (let times = 0; times < mostBeginnings && from >= 0; times++) {
    const found = scan(text, from)
    const value = parsed(found.text) ?? parsed(withoutLooseCommas(found.text))
      ?? (found.open.length > 0 ? parsed(withoutLooseCommas(completed(found))) : undefined)
    if (value !== undefined) return value
    const next = text.slice(from + 1).search(/[{[]/)
    if (next < 0) return undefined
    from += 1 + next
  }
  return undefined
}

/** Undefined when there is none in it, however it is looked at. */
export const parse = (text: string): { readonly value: unknown } | undefined => {
  const thoughtful = withoutThoughts(text)
  for (const [, inner] of thoughtful.matchAll(fences)) {
    const found = read(inner ?? "")
    if (found !== undefined) return found
  }
  return parsed(thoughtful.trim()) ?? read(thoughtful)
}
