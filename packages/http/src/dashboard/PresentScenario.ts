/** The present fleet and load as a scenario for the laboratory: what is measured, and in its comments what is guessed. */
import type { Board, ModelBoard, ServerBoard } from "@aiguilleur/core/Board"
import * as Profile from "@aiguilleur/lab/engine/Profile"
import { Document } from "yaml"
import type { Minutes } from "./hour/RecentMinutes.ts"
import { minute } from "./hour/RecentMinutes.ts"
import { lengths, quantile } from "./hour/Scale.ts"
import * as Tally from "./hour/Tally.ts"

/** Long enough to know who asks for what, short enough to be the present. */
const window = 15

export const profiles: ReadonlyArray<string> = Profile.profiles.map(({ name }) => name).filter((name) =>
  name !== "test"
)

const span = (millis: number): string => millis % 1_000 === 0 ? `${millis / 1_000} seconds` : `${millis} millis`

/** Speech is not counted in tokens, and the laboratory has no engine for it. */
const speaks = ({ kind }: ServerBoard): boolean => kind !== "whisper"

/** A profile whose name shares most with the model's. */
const guess = (model: string): string => {
  const words = model.toLowerCase().split(/[^a-z0-9.]+/).filter((word) => word.length > 1)
  const likeness = (name: string) => words.filter((word) => name.includes(word)).length
  const best = profiles.toSorted((a, b) => likeness(b) - likeness(a))[0]!
  return likeness(best) > 0 ? best : "l40s-mistral-small-24b-fp8"
}

const faultsOf = (server: ServerBoard, models: ReadonlyMap<string, ModelBoard>) => {
  if (server.state === "draining") return [{ kind: "draining", at: "0 seconds" }]
  if (server.state === "ejected") return [{ kind: "down", at: "0 seconds" }]
  const slow = server.pairs.find(({ bucket, model, ttft }) =>
    bucket !== undefined && bucket >= 3 && (ttft ?? 0) > (models.get(model)?.ttftThreshold ?? Infinity)
  )
  return slow === undefined ? [] : [{ kind: "slow", times: Math.round(1.5 ** slow.bucket!), at: "0 seconds" }]
}

const serverOf = (
  server: ServerBoard,
  models: ReadonlyMap<string, ModelBoard>,
  profile: string | undefined
) => {
  const faults = faultsOf(server, models)
  return {
    name: new URL(server.url).host,
    profile: profile ?? guess(server.pairs[0]!.model),
    organisation: server.organisation,
    site: server.site,
    models: server.pairs.map(({ model }) => model),
    maxConcurrent: server.maxConcurrent,
    headroom: server.headroom,
    ownerReserve: server.ownerReserve,
    ...(faults.length === 0 ? {} : { faults })
  }
}

const modelOf = ({ name, patience, policy, strategy, ttftThreshold }: ModelBoard) => ({
  name,
  strategy,
  policy,
  ttftThreshold: span(ttftThreshold),
  patience: span(patience)
})

/** Tokens as they were, or as people mostly write where nothing was answered yet. */
const lengthOf = (counts: ReadonlyMap<number, number>, otherwise: number) => {
  const [median, p95, most] = [0.5, 0.95, 1].map((share) => Math.max(1, quantile(lengths, counts, share) ?? 0))
  return counts.size === 0 ? otherwise : { median, p95, most: Math.max(p95!, most!) }
}

interface Population extends Tally.Kind {
  readonly tally: Tally.Tally
}

const populationsOf = (minutes: Minutes, at: number, models: ReadonlyMap<string, ModelBoard>) => {
  const last = Math.floor(at / minute)
  const found = new Map<string, Population>()
  let first = last
  for (const [time, tallies] of minutes) {
    if (time <= last - window || time > last) continue
    first = Math.min(first, time)
    for (const [kind, tally] of tallies) {
      if (!models.has(kind.model)) continue
      const id = `${kind.organisation} ${kind.model} ${kind.priority}`
      const known = found.get(id) ?? { ...kind, tally: Tally.make() }
      found.set(id, known)
      Tally.addTo(known.tally, tally)
    }
  }
  const seconds = Math.max(10, (at - first * minute) / 1_000)
  return [...found.values()].toSorted((a, b) => b.tally.requests - a.tally.requests).map(
    ({ model, organisation, priority, tally }) => ({
      name: `${organisation} p${priority} ${model}`,
      organisation,
      priority,
      model,
      arrivals: { kind: "poisson", perSecond: Number((tally.requests / seconds).toPrecision(3)) },
      prompt: lengthOf(tally.prompts, 400),
      output: lengthOf(tally.outputs, 200)
    })
  )
}

/** Those who wait and run at this moment, each asking again when answered: for a gateway that has just begun. */
const presentOf = (models: ReadonlyArray<ModelBoard>) =>
  models.flatMap(({ name, running, waiting }) => {
    const users = new Map<string, number>()
    for (const { count, organisation } of [...running, ...waiting]) {
      users.set(organisation, (users.get(organisation) ?? 0) + count)
    }
    return Array.from(users, ([organisation, users]) => ({
      name: `${organisation} ${name}`,
      organisation,
      priority: running.find((group) => group.organisation === organisation)?.priority ?? 1,
      model: name,
      arrivals: { kind: "closed", users },
      prompt: 400,
      output: 200
    }))
  })

const comment = [
  " Written by the dashboard from the present fleet and its load. What is guessed, correct by hand:",
  " - profile: which GPU runs which model (docs/profiles.md); it decides how fast everything is",
  ` - populations: one for each organisation, priority and model, as in the last ${window} minutes; what was asked and`,
  "   never answered is counted as asked"
].join("\n")

/** Undefined where there is nothing to play: no server for text, or nobody who asks. */
export const scenario = (
  { at, models, pools, servers }: Board,
  minutes: Minutes,
  settings: { readonly bestPriority: number; readonly ageing: number | undefined },
  profile?: string
): string | undefined => {
  const able = servers.filter((server) => speaks(server) && server.pairs.length > 0)
  const served = new Set(able.flatMap(({ pairs }) => pairs.map(({ model }) => model)))
  const played = new Map(models.filter(({ name }) => served.has(name)).map((model) => [model.name, model]))
  const measured = populationsOf(minutes, at, played)
  const populations = measured.length > 0 ? measured : presentOf([...played.values()])
  if (populations.length === 0) return undefined
  const weights = new Map(pools.flatMap(({ shares }) => shares.map((share) => [share.organisation, share.weight])))
  const document = new Document({
    name: "present",
    description: `The fleet and its load at ${new Date(at).toISOString()}.`,
    seed: 1,
    duration: "10 minutes",
    bestPriority: Math.max(1, settings.bestPriority),
    ageing: settings.ageing === undefined ? "off" : span(settings.ageing),
    organisations: Array.from(weights, ([name, weight]) => ({ name, weight })),
    models: Array.from(played.values(), modelOf),
    servers: able.map((server) => serverOf(server, played, profile)),
    populations,
    columns: [
      { name: "As it is" },
      { name: "Round robin, concurrent requests", strategy: "round-robin", policy: "concurrent-requests" },
      { name: "Least busy, performance", strategy: "least-busy", policy: "performance" }
    ]
  })
  document.commentBefore = comment
  return document.toString({ lineWidth: 0 })
}
