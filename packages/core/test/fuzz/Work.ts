/**
 * How much work a parser does, as a number that is the same on every machine: blocks of its source that were executed,
 * characters that its patterns looked at, and bytes that it had searched, compared, copied or decoded.
 *
 * **Gotchas**
 *
 * To be imported before the parser: V8 counts blocks only in functions that it compiled since counting began.
 */
import { assert } from "@effect/vitest"
import { Session } from "node:inspector"
import * as Backtracking from "./Backtracking.ts"
import type { Pumped } from "./Inputs.ts"
import { inflated } from "./Inputs.ts"

const session = new Session()
session.connect()

interface Coverage {
  readonly result: ReadonlyArray<{
    readonly url: string
    readonly functions: ReadonlyArray<{ readonly ranges: ReadonlyArray<{ readonly count: number }> }>
  }>
}

const post = (method: string, parameters: object = {}): Coverage => {
  let answer: Coverage | undefined
  session.post(method, parameters, (error, result) => {
    if (error !== null) throw new Error(error.message)
    answer = result as Coverage
  })
  return answer!
}

post("Profiler.enable")
post("Profiler.startPreciseCoverage", { callCount: true, detailed: true })

/** What is ours, and the parser of YAML, which is our answer to outsiders too. */
const counted = /\/packages\/\w+\/src\/|\/node_modules\/yaml\//

const blocks = (): number => {
  let sum = 0
  for (const { functions, url } of post("Profiler.takePreciseCoverage").result) {
    if (!counted.test(url)) continue
    for (const { ranges } of functions) for (const { count } of ranges) sum += count
  }
  return sum
}

let native = 0

interface Search {
  readonly pattern: RegExp
  readonly text: string
  readonly from: number
  /** Where the match ended; -1 if there was none. */
  readonly end: number
}

// Counted once the parser is done, since counting takes patterns too.
let searches: Array<Search> = []

const { exec } = RegExp.prototype
const noting = function(this: RegExp, text: string) {
  const from = this.global || this.sticky ? this.lastIndex : 0
  const found = exec.call(this, text)
  searches.push({ pattern: this, text, from, end: found === null ? -1 : found.index + found[0].length })
  return found
}

const looked = ({ end, from, pattern, text }: Search): number => {
  const counted = Backtracking.count(pattern, text, from)
  if (counted.end !== end) throw new Error(`counted ${String(pattern)} to ${counted.end}, but it ends at ${end}`)
  return counted.steps
}

type Method = (...args: Array<unknown>) => unknown

/** What a call looks at, as far as it is more than a little. */
const costs: ReadonlyArray<
  readonly [of: object, name: string, cost: (self: never, args: never, result: never) => number]
> = [
  ...(["indexOf", "lastIndexOf"] as const).flatMap((name) =>
    [Buffer.prototype, String.prototype].map((of) =>
      [
        of,
        name,
        (self: Buffer | string, [, from]: Array<number>, found: number) => {
          const start = Math.min(from ?? (name === "indexOf" ? 0 : self.length), self.length)
          const end = found === -1 ? name === "indexOf" ? self.length : 0 : found
          return Math.abs(end - start)
        }
      ] as const
    )
  ),
  [Buffer.prototype, "toString", (_: Buffer, __: unknown, text: string) => text.length],
  [Buffer.prototype, "copy", (_: Buffer, __: unknown, copied: number) => copied],
  [Buffer, "concat", (_: unknown, __: unknown, { length }: Buffer) => length],
  [Buffer, "from", (_: unknown, __: unknown, { length }: Buffer) => length],
  [JSON, "parse", (_: unknown, [text]: [string]) => text.length],
  // Trimming looks at a text's ends alone, but first puts together what was made of many pieces.
  ...["trim", "trimStart", "trimEnd", "toLowerCase", "replaceAll", "split", "includes"].map((name) =>
    [String.prototype, name, (self: string) => self.length] as const
  )
]

/** Everything that `run` does, and whatever else of ours was done since this was asked last. */
const workOf = (run: () => unknown): number => {
  const originals = costs.map(([of, name]) => Reflect.get(of, name) as Method)
  native = 0
  searches = []
  Reflect.set(RegExp.prototype, "exec", noting)
  costs.forEach(([of, name, cost], i) => {
    const original = originals[i]!
    Reflect.set(of, name, function(this: unknown, ...args: Array<unknown>) {
      const result = original.apply(this, args)
      native += (cost as (self: unknown, args: unknown, result: unknown) => number)(this, args, result)
      return result
    })
  })
  try {
    run()
  } finally {
    costs.forEach(([of, name], i) => Reflect.set(of, name, originals[i]))
    Reflect.set(RegExp.prototype, "exec", exec)
  }
  return blocks() + native + searches.reduce((sum, search) => sum + looked(search), 0)
}

/** Linear work doubles; what is above this did not, apart from what is sorted, said once, or bounded in itself. */
const isMore = (work: number, once: number, times: number): boolean => work > times ** 1.32 * once + 4000

/** Twice the input is twice the work; where that is in doubt (something comes in pairs), four times is four times. */
export const assertLinear = (input: Pumped, parse: (text: string) => unknown, length = 400): void => {
  const measure = (times: number) => {
    const text = inflated(input, times * length)
    return workOf(() => parse(text))
  }
  blocks()
  const [once, twice] = [measure(1), measure(2)]
  if (!isMore(twice, once, 2)) return
  const fourfold = measure(4)
  assert.isFalse(isMore(fourfold, once, 4), `${once}, ${twice}, ${fourfold} for ${length} of ${JSON.stringify(input)}`)
}
