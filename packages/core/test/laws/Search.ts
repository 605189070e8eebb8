/** Many histories, one after the other, until one breaks a law; that one is made small and told. */
import { Effect } from "effect"
import { Registry } from "../../src/Registry.ts"
import type { Demand } from "./Demand.ts"
import { generate } from "./Generator.ts"
import type { History } from "./History.ts"
import { print } from "./History.ts"
import { run } from "./Run.ts"
import { shrink } from "./Shrink.ts"

/** Shared by all: strategies and policies keep nothing. */
export const registry = Effect.runSync(Effect.scoped(Effect.provide(Effect.service(Registry), Registry.layer)))

/** The same law, whatever the names. */
const kindOf = (message: string): string => message.split("\n")[0]!.replaceAll(/\d{3,}|[tsmk]\d+/g, "#").slice(0, 60)

/** Enough to find a fault; where it begins is looked for with everything compared at every decision. */
const sparse = 8

/** One history in so many is played twice. */
const twice = 8

/** The smallest history that breaks the same law, with what it breaks; or nothing. */
export const search = (seed: number, law?: number): string | undefined => {
  const history = generate(seed)
  const wanted: Demand = law === undefined ? {} : { law }
  const report = run(history, registry, { ...wanted, every: sparse })
  if (report._tag === "Held") return seed % twice === 0 || law === 8 ? repeated(history, report.decisions) : undefined
  const kind = kindOf(report.message)
  const fails = (candidate: History): boolean => {
    const found = run(candidate, registry, wanted)
    return found._tag === "Broke" && kindOf(found.message) === kind
  }
  const smallest = shrink({ ...history, steps: history.steps.slice(0, report.step + 2) }, fails)
  const last = run(smallest, registry, wanted)
  return told(last._tag === "Broke" ? last.message : report.message, smallest)
}

const told = (message: string, history: History): string =>
  `${message}\n${history.steps.length} steps, from ${print(history)}`

/** Law 8: the same history, times and rolls decide the same. */
const repeated = (history: History, decisions: ReadonlyArray<string>): string | undefined => {
  const differs = (candidate: History, first = run(candidate, registry, { law: 8 })): boolean => {
    const second = run(candidate, registry, { law: 8 })
    return first._tag === "Held" && second._tag === "Held" && first.decisions.join() !== second.decisions.join()
  }
  if (!differs(history, { _tag: "Held", decisions })) return undefined
  return told("law 8: the same history decides otherwise", shrink(history, (candidate) => differs(candidate)))
}
