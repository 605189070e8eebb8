/** Many histories, one after the other, until one breaks a law; that one is made small and told. */
import { Effect } from "effect"
import { Registry } from "../../src/Registry.ts"
import { generate } from "./Generator.ts"
import type { History } from "./History.ts"
import { print } from "./History.ts"
import { run } from "./Run.ts"
import { shrink } from "./Shrink.ts"

/** Shared by all: strategies and policies keep nothing. */
export const registry = Effect.runSync(Effect.scoped(Effect.provide(Effect.service(Registry), Registry.layer)))

/** The same law, whatever the names. */
const kindOf = (message: string): string => message.split("\n")[0]!.replaceAll(/\d{3,}|[tsmk]\d+/g, "#").slice(0, 60)

/** The smallest history that breaks the same law, with what it breaks; or nothing. */
export const search = (seed: number): string | undefined => {
  const history = generate(seed)
  const report = run(history, registry)
  if (report._tag === "Held") {
    if (seed % 8 !== 0) return undefined
    const again = run(history, registry)
    const same = again._tag === "Held" && again.decisions.join() === report.decisions.join()
    return same ? undefined : `law 8: the same history decides otherwise\n${print(history)}`
  }
  const kind = kindOf(report.message)
  const fails = (candidate: History): boolean => {
    const found = run(candidate, registry)
    return found._tag === "Broke" && kindOf(found.message) === kind
  }
  const smallest = shrink({ ...history, steps: history.steps.slice(0, report.step + 2) }, fails)
  const last = run(smallest, registry)
  return `${last._tag === "Broke" ? last.message : report.message}\n${smallest.steps.length} steps, from ${
    print(smallest)
  }`
}
