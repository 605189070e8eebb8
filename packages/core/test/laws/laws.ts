/**
 * A long run of the laws: `node packages/core/test/laws/laws.ts --minutes 20 [--seed 1]`, or `--histories 10000`.
 * Stops at the first law that breaks, with the smallest history that breaks it.
 */
import { parseArgs } from "node:util"
import { search } from "./Search.ts"

const { values } = parseArgs({
  options: { minutes: { type: "string" }, histories: { type: "string" }, seed: { type: "string", default: "1" } }
})
const most = values.histories === undefined ? Infinity : Number(values.histories)
const until = values.minutes === undefined && most < Infinity
  ? Infinity
  : performance.now() + Number(values.minutes ?? 1) * 60_000

const first = Number(values.seed)
let seed = first
let found: string | undefined
while (found === undefined && seed - first < most && performance.now() < until) found = search(seed++)

console.log(found ?? "every law holds")
console.log(`${seed - first} histories, seeds ${first} to ${seed - 1}`)
process.exitCode = found === undefined ? 0 : 1
