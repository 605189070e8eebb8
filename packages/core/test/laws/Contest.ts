/** Histories in which organisations that are alike in all but weight and appetite compete for few slots: law 6's own. */
import type { Change } from "../../src/Event.ts"
import { Outcome } from "../../src/Outcome.ts"
import type { Dice } from "./Dice.ts"
import type { History, Step } from "./History.ts"

const organisations = ["a", "b", "c"]
const keys = ["k1", "k2", "k3", "k4", "k5"]

const opening = ({ below, pick }: Dice): ReadonlyArray<Change> => [
  ...organisations.map((name): Change => ({
    _tag: "OrganisationChanged",
    organisation: { name, weight: pick([1, 1, 3, 0.5]) }
  })),
  ...["s1", "s2"].map((url): Change => ({
    _tag: "ServerChanged",
    server: {
      url,
      kind: "vllm",
      organisation: "owner",
      site: "x",
      maxConcurrent: 1 + below(3),
      headroom: 0,
      ownerReserve: 0,
      priorityScheduling: false
    }
  })),
  {
    _tag: "ModelChanged",
    model: {
      name: "m1",
      engineName: "m1",
      aliases: [],
      strategy: "round-robin",
      policy: "concurrent-requests",
      ttftThreshold: 500,
      patience: 400_000,
      servers: ["s1", "s2"]
    }
  },
  ...keys.map((key, at): Change => ({
    _tag: "KeyChanged",
    caller: { key, organisation: organisations[at % organisations.length]!, priority: 3, routingMode: "any" }
  }))
]

/** Some send much and often, some seldom; their prompts and answers differ by orders of magnitude. */
export const contest = (from: Dice, settings: History["settings"], seed: number): History => {
  const { below, chance, perhaps, pick, roll } = from
  const appetites = new Map(keys.map((key) => [key, { often: pick([0.3, 1, 3]), size: pick([50, 500, 5_000]) }]))
  const total = keys.reduce((sum, key) => sum + appetites.get(key)!.often, 0)
  const arrive = (): Step => {
    let left = roll() * total
    const key = keys.find((key) => (left -= appetites.get(key)!.often) < 0) ?? keys[0]!
    const { size } = appetites.get(key)!
    return {
      _tag: "Arrive",
      key,
      model: "m1",
      priority: undefined,
      mode: undefined,
      kinds: undefined,
      maxWait: undefined,
      work: { promptBytes: below(4 * size), ...(chance(0.5) ? { maxTokens: below(size) } : {}) }
    }
  }
  const release = (): Step => ({
    _tag: "Release",
    at: roll(),
    outcome: chance(0.9)
      ? Outcome.Served()
      : pick([Outcome.Busy({ retryAfter: 300 }), Outcome.Withdrawn(), Outcome.Broken()]),
    usage: perhaps(() => ({ promptTokens: below(1_000), outputTokens: below(pick([50, 500, 5_000])), reported: true })),
    retry: true
  })
  const steps: Array<Step> = opening(from).map((change) => ({ _tag: "Change", change }))
  for (let count = 6 + below(12); count > 0; count--) steps.push(arrive())
  for (let count = 20 + below(60); count > 0; count--) {
    const what = roll()
    steps.push(what < 0.46 ? arrive() : what < 0.92 ? release() : { _tag: "Pass", ms: below(3_000) })
  }
  return { seed, settings: { ...settings, ageing: undefined, total: 600_000 }, steps }
}
