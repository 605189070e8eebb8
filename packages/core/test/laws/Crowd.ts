/** Histories of a wide consortium: more servers than a word has bits, more organisations than a frontier begins with. */
import type { Change } from "../../src/Event.ts"
import { Outcome } from "../../src/Outcome.ts"
import type { Dice } from "./Dice.ts"
import type { History, Step } from "./History.ts"

const named = (letter: string, count: number) => Array.from({ length: count }, (_, at) => `${letter}${at}`)

const organisations = named("o", 24)
const urls = named("s", 40)
const keys = named("k", 48)
const models = ["m1", "m2"]

const server = ({ chance, pick }: Dice, url: string): Change => ({
  _tag: "ServerChanged",
  server: {
    url,
    kind: "vllm",
    organisation: pick(organisations),
    site: pick(["x", "y"]),
    maxConcurrent: 1,
    headroom: chance(0.2) ? 1 : 0,
    ownerReserve: chance(0.2) ? 1 : 0,
    priorityScheduling: false
  }
})

/** Now fewer than 32 servers, now more. */
const model = ({ chance, pick }: Dice, name: string): Change => {
  const share = pick([0.5, 0.9, 1])
  return {
    _tag: "ModelChanged",
    model: {
      name,
      engineName: name,
      aliases: [],
      strategy: pick(["round-robin", "least-busy"]),
      policy: "concurrent-requests",
      ttftThreshold: 500,
      patience: 400_000,
      servers: urls.filter(() => chance(share))
    }
  }
}

const caller = ({ below, chance, pick }: Dice, key: string): Change => ({
  _tag: "KeyChanged",
  caller: {
    key,
    organisation: pick(organisations),
    priority: below(6),
    routingMode: pick(["any", "any", "any", "private-first", "private-only"]),
    ...(chance(0.1) ? { sites: [pick(["x", "y"])] } : {})
  }
})

/** It fills up, and then servers and tickets come and go. */
export const crowd = (from: Dice, settings: History["settings"], seed: number): History => {
  const { below, chance, perhaps, pick, roll } = from
  const arrive = (): Step => ({
    _tag: "Arrive",
    key: pick(keys),
    model: pick(models),
    priority: perhaps(() => below(6)),
    mode: undefined,
    kinds: undefined,
    maxWait: undefined,
    work: undefined
  })
  const release = (): Step => ({
    _tag: "Release",
    at: roll(),
    outcome: chance(0.8) ? Outcome.Served() : pick([Outcome.Busy({ retryAfter: 300 }), Outcome.Suspect()]),
    usage: undefined,
    retry: true
  })
  const reload = (): Step => ({
    _tag: "Change",
    change: pick([
      () => server(from, pick(urls)),
      () => model(from, pick(models)),
      () => caller(from, pick(keys)),
      (): Change => ({ _tag: "ServerDraining", url: pick(urls), draining: chance(0.5) }),
      (): Change => ({ _tag: "ServerRemoved", url: pick(urls) })
    ])()
  })
  const opening = [
    ...urls.map((url) => server(from, url)),
    ...models.map((name) => model(from, name)),
    ...keys.map((key) => caller(from, key))
  ]
  const steps: Array<Step> = opening.map((change) => ({ _tag: "Change", change }))
  for (let count = 50 + below(60); count > 0; count--) steps.push(arrive())
  for (let count = 20 + below(60); count > 0; count--) {
    const what = roll()
    steps.push(
      what < 0.3
        ? arrive()
        : what < 0.75
        ? release()
        : what < 0.85
        ? reload()
        : what < 0.9
        ? { _tag: "Withdraw", at: roll() }
        : { _tag: "Pass", ms: below(3_000) }
    )
  }
  return { seed, settings: { ...settings, total: 600_000 }, steps }
}
