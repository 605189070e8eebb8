/** Random histories: a small consortium, then arrivals, releases, failures and reloads in proportions drawn anew each time. */
import type { Caller, RoutingMode } from "../../src/Caller.ts"
import type { Change } from "../../src/Event.ts"
import type { Model } from "../../src/Model.ts"
import { Outcome } from "../../src/Outcome.ts"
import type { Server, ServerKind } from "../../src/Server.ts"
import type { Usage, Work } from "../../src/Work.ts"
import { contest } from "./Contest.ts"
import { crowd } from "./Crowd.ts"
import type { Dice } from "./Dice.ts"
import { dice } from "./Dice.ts"
import type { History, Step } from "./History.ts"

const organisations = ["a", "b", "c"]
const sites = ["x", "y"]
const serverKinds: ReadonlyArray<ServerKind> = ["vllm", "ollama"]
const urls = ["s1", "s2", "s3", "s4", "s5"]
export const models = ["m1", "m2", "m3"]
export const keys = ["k1", "k2", "k3", "k4", "k5"]
export const modes: ReadonlyArray<RoutingMode> = ["any", "any", "private-first", "private-only"]
export const ttfts = [0.5, 40, 60, 150, 240, 400, 1_200]

const some = <A>({ chance }: Dice, items: ReadonlyArray<A>, probability: number): Array<A> =>
  items.filter(() => chance(probability))

const server = ({ below, chance, pick }: Dice, url: string): Server => ({
  url,
  kind: pick(serverKinds),
  organisation: pick(organisations),
  site: pick(sites),
  maxConcurrent: 1 + below(4),
  headroom: chance(0.3) ? 1 + below(2) : 0,
  ownerReserve: chance(0.4) ? 1 + below(3) : 0,
  priorityScheduling: false
})

const model = (from: Dice, name: string): Model => ({
  name,
  engineName: name,
  aliases: [],
  strategy: from.pick(["round-robin", "least-busy"]),
  policy: from.pick(["none", "concurrent-requests", "concurrent-requests", "performance", "performance"]),
  ttftThreshold: from.pick([50, 200, 500]),
  patience: from.pick([300, 5_000, 70_000, 400_000]),
  servers: some(from, urls, 0.5)
})

export const caller = (from: Dice, key: string): Caller => {
  const { below, chance, pick } = from
  return {
    key,
    organisation: pick(organisations),
    priority: below(6),
    routingMode: pick(modes),
    ...(chance(0.2) ? { threshold: below(6) } : {}),
    ...(chance(0.15) ? { models: some(from, models, 0.7) } : {}),
    ...(chance(0.15) ? { sites: some(from, sites, 0.6) } : {}),
    ...(chance(0.15) ? { organisations: some(from, organisations, 0.6) } : {})
  }
}

/** What requests say of themselves, some of it absurd. */
export const work = ({ below, chance, pick }: Dice): Work => ({
  ...(chance(0.8) ? { promptBytes: chance(0.02) ? 3e10 : below(12_000) } : {}),
  ...(chance(0.5) ? { maxTokens: pick([0, 1, 50, 400, 2_147_483_647]) } : {}),
  ...(chance(0.1) ? { answers: pick([0, 1, 4, 2_147_483_647]) } : {}),
  ...(chance(0.1) ? { seconds: pick([0, 2.5, 90, 3_600, 1e9]) } : {})
})

/** What engines say that they have done, some of it absurd. */
export const usage = ({ below, chance, pick }: Dice): Usage => ({
  ...(chance(0.8) ? { promptTokens: chance(0.1) ? pick([-1, NaN, Infinity, 2 ** 31]) : below(3_000) } : {}),
  ...(chance(0.8) ? { outputTokens: chance(0.1) ? pick([-5, 1e12]) : below(3_000) } : {}),
  ...(chance(0.1) ? { seconds: pick([0, 12, 900, -3]) } : {}),
  reported: chance(0.8)
})

export const outcomes: ReadonlyArray<(dice: Dice) => Outcome> = [
  () => Outcome.Served(),
  () => Outcome.Client(),
  () => Outcome.Down(),
  () => Outcome.Suspect(),
  ({ perhaps, pick }) => Outcome.Busy({ retryAfter: perhaps(() => pick([0, 300, 5_000, 90_000, NaN])) }),
  ({ pick }) => Outcome.Misconfigured({ scope: pick(["server", "model"]) }),
  () => Outcome.Broken(),
  () => Outcome.Expired(),
  () => Outcome.Withdrawn()
]

export const change = (from: Dice): Change => {
  const { below, chance, pick } = from
  const kinds: ReadonlyArray<() => Change> = [
    () => ({ _tag: "OrganisationChanged", organisation: { name: pick(organisations), weight: pick([1, 2, 3, 0.5]) } }),
    () => ({ _tag: "OrganisationRemoved", name: pick(organisations) }),
    () => ({ _tag: "KeyChanged", caller: caller(from, pick(keys)) }),
    () => ({ _tag: "KeyRevoked", key: pick(keys) }),
    () => ({ _tag: "ServerChanged", server: server(from, pick(urls)) }),
    () => ({ _tag: "ServerChanged", server: server(from, pick(urls)) }),
    () => ({ _tag: "ServerDraining", url: pick(urls), draining: chance(0.5) }),
    () => ({ _tag: "ServerEjected", url: pick(urls) }),
    () => ({ _tag: "ServerRestored", url: pick(urls) }),
    () => ({ _tag: "ServerRemoved", url: pick(urls) }),
    () => ({ _tag: "ModelChanged", model: model(from, pick(models)) }),
    () => ({ _tag: "ModelChanged", model: model(from, pick(models)) }),
    () => (below(3) === 0 ? { _tag: "ModelRemoved", name: pick(models) } : { _tag: "Stopping" })
  ]
  const made = pick(kinds)()
  // Stopping ends everything of interest: rare.
  return made._tag === "Stopping" && chance(0.8) ? { _tag: "OrganisationRemoved", name: "a" } : made
}

export const observation = (from: Dice): Change => {
  const { chance, perhaps, pick } = from
  if (chance(0.5)) return { _tag: "HealthChecked", url: pick(urls), health: pick(["up", "up", "down"]) }
  const ttft = perhaps(() => pick(ttfts))
  return { _tag: "LoadSampled", url: pick(urls), model: pick(models), load: ttft === undefined ? {} : { ttft } }
}

const durations = [0, 1, 7, 100, 300, 999, 1_000, 1_001, 2_500, 5_000, 10_000, 30_000, 60_000, 61_000]

const wait = ({ pick, roll }: Dice): number => roll() < 0.5 ? pick(durations) : Math.floor(roll() * 2_000)

const steps = (from: Dice, weights: ReadonlyArray<number>): ReadonlyArray<Step> => {
  const { below, chance, perhaps, pick, roll } = from
  const kinds: ReadonlyArray<() => Step> = [
    () => ({
      _tag: "Arrive",
      key: pick(keys),
      model: pick(models),
      priority: perhaps(() => below(6)),
      mode: perhaps(() => pick(modes)),
      kinds: chance(0.1) ? some(from, serverKinds, 0.7) : undefined,
      maxWait: chance(0.2) ? pick([0, 50, 1_000, 20_000]) : undefined,
      work: perhaps(() => work(from))
    }),
    () => ({
      _tag: "Release",
      at: roll(),
      outcome: (chance(0.4) ? outcomes[0]! : pick(outcomes))(from),
      usage: perhaps(() => usage(from)),
      retry: chance(0.9)
    }),
    () => ({ _tag: "FirstData", at: roll(), ttft: pick(ttfts) }),
    () => ({ _tag: "Withdraw", at: roll() }),
    () => ({ _tag: "Change", change: change(from) }),
    () => ({ _tag: "Change", change: observation(from) }),
    () => ({ _tag: "Pass", ms: wait(from) }),
    () => ({ _tag: "Back", ms: 1 + below(5_000) }),
    () => ({ _tag: "Together" })
  ]
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const one = (): Step => {
    let left = roll() * total
    return kinds[weights.findIndex((weight) => (left -= weight) < 0)]!()
  }
  // With the opening, half of the histories have 50 steps or fewer; a few have 300.
  const length = chance(0.5) ? 8 + below(24) : chance(0.9) ? 32 + below(78) : 110 + below(177)
  return Array.from({ length }, one)
}

export const opening = (from: Dice): ReadonlyArray<Step> =>
  [
    ...urls.map((url): Change => ({ _tag: "ServerChanged", server: server(from, url) })),
    ...models.map((name): Change => ({ _tag: "ModelChanged", model: model(from, name) })),
    ...keys.map((key): Change => ({ _tag: "KeyChanged", caller: caller(from, key) }))
  ].filter((change) => change._tag === "KeyChanged" || from.chance(0.85)).map((change) => ({ _tag: "Change", change }))

const performing = (step: Step): Step => {
  if (step._tag !== "Change" || step.change._tag !== "ModelChanged") return step
  return { _tag: "Change", change: { _tag: "ModelChanged", model: { ...step.change.model, ...performance } } }
}

const performance = { policy: "performance", patience: 70_000 } as const

/** Every model holds servers back by what was measured of them lately, and much is measured. */
const measured = (from: Dice, settings: History["settings"], seed: number): History => {
  // Arrive, Release, FirstData, Withdraw, Change, Observe, Pass, Back, Together.
  const weights = [10, 4, 12, 0.5, 0, 4, 5, 0.1, 1]
  return {
    seed,
    settings: { ...settings, ttftWindow: 2_000 },
    steps: [...opening(from).map(performing), ...steps(from, weights)]
  }
}

export const generate = (seed: number): History => {
  const from = dice(seed)
  const { chance, pick, roll } = from
  // Arrive, Release, FirstData, Withdraw, Change, Observe, Pass, Back, Together: now calm, now stormy.
  const weights = [10, 2 + 6 * roll(), 4 * roll(), 1, chance(0.4) ? 0 : 3 * roll(), 2 * roll(), 4, 0.2, 1]
  const settings = {
    bestPriority: pick([5, 5, 2]),
    ageing: pick([undefined, 1_000, 60_000]),
    ttftWindow: pick([2_000, 60_000]),
    total: pick([3_000, 600_000]),
    grace: 10_000,
    promptTokens: 500,
    outputTokens: 250,
    bytesPerToken: 4,
    slotPace: 60,
    explain: 60_000,
    explained: 6,
    secondCost: pick([10, 0.5])
  }
  // One in eight is a contest between equals, one is about the time to first token alone; a few are crowded.
  if (seed % 8 === 3) return contest(from, settings, seed)
  if (seed % 64 === 7) return crowd(from, settings, seed)
  if (seed % 8 === 5) return measured(from, settings, seed)
  return { seed, settings, steps: [...opening(from), ...steps(from, weights)] }
}
