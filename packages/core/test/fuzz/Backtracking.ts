/**
 * Counts the characters that a regular expression looks at, as an engine that goes back does: the figure that explodes
 * where a pattern is catastrophic. It knows what our patterns use; anything else is refused by name.
 */

type Next = (at: number) => boolean
type Matcher = (at: number, next: Next) => boolean

/** Whoever takes more is beyond every bound that a test may have. */
export const most = 3_000_000

export class Exhausted extends Error {}

interface Counter {
  steps: number
  text: string
}

const tables = new Map<string, Map<string, boolean>>()

/** One character, asked of the engine itself once and remembered. */
const character = (source: string, flags: string, counter: Counter): Matcher => {
  const key = `${flags}/${source}`
  const table = tables.get(key) ?? new Map<string, boolean>()
  tables.set(key, table)
  const real = new RegExp(`^${source}$`, flags.replace(/[gym]/g, ""))
  return (at, next) => {
    if (++counter.steps > most) throw new Exhausted()
    const here = counter.text[at]
    if (here === undefined) return false
    let is = table.get(here)
    if (is === undefined) table.set(here, is = real.test(here))
    return is && next(at + 1)
  }
}

class Compiler {
  private at = 0
  private readonly source: string
  private readonly flags: string
  private readonly counter: Counter

  constructor(source: string, flags: string, counter: Counter) {
    this.source = source
    this.flags = flags
    this.counter = counter
  }

  compile(): Matcher {
    const whole = this.choice()
    if (this.at < this.source.length) throw new Error(`cannot count /${this.source}/ from ${this.at}`)
    return whole
  }

  private choice(): Matcher {
    const ways = [this.sequence()]
    while (this.source[this.at] === "|") {
      this.at++
      ways.push(this.sequence())
    }
    return ways.length === 1 ? ways[0]! : (at, next) => ways.some((way) => way(at, next))
  }

  private sequence(): Matcher {
    const parts: Array<Matcher> = []
    while (this.at < this.source.length && this.source[this.at] !== "|" && this.source[this.at] !== ")") {
      parts.push(this.repeated())
    }
    return parts.reduceRight<Matcher>(
      (rest, part) => (at, next) => part(at, (end) => rest(end, next)),
      (at, next) => next(at)
    )
  }

  private repeated(): Matcher {
    const before = this.at
    const { isSingle, matcher } = this.atom()
    const quantifier = /^(?:([*+?])|\{(\d+)(,(\d*))?\})(\??)/.exec(this.source.slice(this.at))
    if (quantifier === null) return matcher
    if (this.at === before) throw new Error(`cannot count /${this.source}/`)
    this.at += quantifier[0].length
    const [, sign, from, comma, to, lazy] = quantifier
    const least = sign === undefined ? Number(from) : sign === "+" ? 1 : 0
    const greatest = sign === "?"
      ? 1
      : sign !== undefined || to === ""
      ? Infinity
      : Number(comma === undefined ? from : to)
    if (isSingle) return (lazy === "" ? run : lazyRun)(matcher, least, greatest)
    return loop(matcher, least, greatest, lazy === "?")
  }

  private atom(): { readonly matcher: Matcher; readonly isSingle: boolean } {
    const { counter, source } = this
    const rest = source.slice(this.at)
    const zero = (holds: (at: number) => boolean) => ({
      isSingle: false,
      matcher: (at: number, next: Next) => holds(at) && next(at)
    })
    const multiline = this.flags.includes("m")
    if (rest[0] === "^") {
      this.at++
      return zero((at) => at === 0 || (multiline && /[\n\r]/.test(counter.text[at - 1]!)))
    }
    if (rest[0] === "$") {
      this.at++
      return zero((at) => at === counter.text.length || (multiline && /[\n\r]/.test(counter.text[at]!)))
    }
    if (rest.startsWith("\\b")) {
      this.at += 2
      const isWord = (at: number) => /^\w$/.test(counter.text[at] ?? "")
      return zero((at) => isWord(at - 1) !== isWord(at))
    }
    if (rest[0] === "(") return this.group(rest)
    const single = /^(?:\[(?:\\[^]|[^\]\\])*\]|\\(?:p\{\w+\}|u\{\w+\}|u\w{4}|x\w{2}|[^])|[^])/.exec(rest)![0]
    if (/^\\[1-9k]/.test(single)) throw new Error(`cannot count /${source}/: ${single}`)
    this.at += single.length
    return { isSingle: true, matcher: character(single, this.flags, counter) }
  }

  private group(rest: string): { readonly matcher: Matcher; readonly isSingle: boolean } {
    const opening = /^\((?:\?(?::|<?=|<?!|<\w+>))?/.exec(rest)![0]
    this.at += opening.length
    const inner = this.choice()
    if (this.source[this.at++] !== ")") throw new Error(`cannot count /${this.source}/`)
    const yes: Next = () => true
    if (opening === "(?=") return { isSingle: false, matcher: (at, next) => inner(at, yes) && next(at) }
    if (opening === "(?!") return { isSingle: false, matcher: (at, next) => !inner(at, yes) && next(at) }
    // Of one character, as all of ours are.
    const ends = (at: number): boolean => at > 0 && inner(at - 1, (end) => end === at)
    if (opening === "(?<=") return { isSingle: false, matcher: (at, next) => ends(at) && next(at) }
    if (opening === "(?<!") return { isSingle: false, matcher: (at, next) => !ends(at) && next(at) }
    return { isSingle: false, matcher: inner }
  }
}

/** As many single characters as there are, then one less after the other. */
const run = (matcher: Matcher, least: number, greatest: number): Matcher => (at, next) => {
  let end = at
  while (end - at < greatest && matcher(end, () => true)) end++
  for (; end - at >= least; end--) if (next(end)) return true
  return false
}

/** As few single characters as will do, then one more after the other. */
const lazyRun = (matcher: Matcher, least: number, greatest: number): Matcher => (at, next) => {
  for (let end = at; end - at <= greatest; end++) {
    if (end - at >= least && next(end)) return true
    if (!matcher(end, () => true)) return false
  }
  return false
}

const loop = (matcher: Matcher, least: number, greatest: number, lazy: boolean): Matcher => {
  const again = (at: number, done: number, next: Next): boolean => {
    const more = () => done < greatest && matcher(at, (end) => (end > at || done < least) && again(end, done + 1, next))
    if (done < least) return more()
    return lazy ? next(at) || more() : more() || next(at)
  }
  return (at, next) => again(at, 0, next)
}

const compiled = new Map<string, { readonly matcher: Matcher; readonly counter: Counter }>()

/** Where the match that begins first ends, and how many characters it took to find it, or to find that there is none. */
export const count = (
  pattern: RegExp,
  text: string,
  from: number
): { readonly steps: number; readonly end: number } => {
  const key = `${pattern.flags}/${pattern.source}`
  let known = compiled.get(key)
  if (known === undefined) {
    const counter: Counter = { steps: 0, text: "" }
    known = { counter, matcher: new Compiler(pattern.source, pattern.flags, counter).compile() }
    compiled.set(key, known)
  }
  const { counter, matcher } = known
  counter.steps = 0
  counter.text = text
  let end = -1
  const ends = (place: number): boolean => {
    end = place
    return true
  }
  for (let at = from; at <= text.length && (at === from || !pattern.sticky); at++) {
    counter.steps++
    if (matcher(at, ends)) break
  }
  return { steps: counter.steps, end }
}
