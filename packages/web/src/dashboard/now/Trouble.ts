/** What is wrong now: which, since when, and whom it hurts; the worst first. */
import type { Picture } from "../session/Picture.ts"
import type { Group, Losses, ModelRow, ServerRow } from "../wire/Live.ts"

export type Severity = "stop" | "caution" | "note"

/** What a trouble means for those who use a model. */
export interface Hurt {
  readonly model: string
  /** Servers that take its requests or could, of all. */
  readonly up: number
  readonly of: number
  /** Who waits, the largest first. */
  readonly waiting: ReadonlyArray<readonly [organisation: string, count: number]>
  /** Arrival of the one that has waited longest. */
  readonly oldest: number | undefined
  /** Evicted, failed and refused in the last five minutes. */
  readonly lost: ReadonlyArray<readonly [organisation: string, count: number]>
}

export type Kind =
  | "no-server"
  | "ejected"
  | "trial"
  | "unknown-model"
  | "slow"
  | "held-off"
  | "losing"
  | "long-wait"
  | "draining"

export interface Trouble {
  readonly id: string
  readonly kind: Kind
  readonly severity: Severity
  readonly server?: string
  readonly model?: string
  readonly since?: number
  readonly until?: number
  readonly because?: string
  /** p95 in milliseconds, and that of the best server or the threshold. */
  readonly ttft?: number
  readonly against?: number
  readonly hurts: ReadonlyArray<Hurt>
}

/** A wait that somebody will complain of. */
const longWait = 30_000

const severities: Readonly<Record<Kind, Severity>> = {
  "no-server": "stop",
  ejected: "stop",
  "unknown-model": "stop",
  trial: "caution",
  slow: "caution",
  "held-off": "caution",
  losing: "caution",
  "long-wait": "caution",
  draining: "note"
}

const order: ReadonlyArray<Kind> = Object.keys(severities) as Array<Kind>

const out = new Set(["removed", "draining", "ejected", "unknown-model"])

export const serversOf = (
  { servers }: Picture,
  model: string
): ReadonlyArray<readonly [url: string, server: ServerRow]> =>
  [...servers].filter(([, { pairs }]) => pairs.some((pair) => pair.model === model))

const isUp = ({ pairs }: ServerRow, model: string): boolean => {
  const pair = pairs.find((pair) => pair.model === model)
  return pair !== undefined && !out.has(pair.obstacle ?? "")
}

const byOrganisation = (groups: ReadonlyArray<Group>): ReadonlyArray<readonly [string, number]> => {
  const sums = new Map<string, number>()
  for (const [organisation, , count] of groups) sums.set(organisation, (sums.get(organisation) ?? 0) + count)
  return [...sums].toSorted(([, a], [, b]) => b - a)
}

const lostOf = (losses: ReadonlyArray<Losses>): ReadonlyArray<readonly [string, number]> =>
  losses.map(([organisation, ...counts]) => [organisation, counts.reduce((a, b) => a + b)] as const)
    .filter(([, count]) => count > 0)
    .toSorted(([, a], [, b]) => b - a)

const oldestOf = ({ waiting }: ModelRow): number | undefined =>
  waiting.length === 0 ? undefined : Math.min(...waiting.map(([, , , oldest]) => oldest))

const hurt = (picture: Picture, name: string, model: ModelRow): Hurt => {
  const servers = serversOf(picture, name)
  return {
    model: name,
    up: servers.filter(([, server]) => isUp(server, name)).length,
    of: servers.length,
    waiting: byOrganisation(model.waiting),
    oldest: oldestOf(model),
    lost: lostOf(model.losses)
  }
}

const ofServer = (picture: Picture, url: string, server: ServerRow): ReadonlyArray<Trouble> => {
  const hurts = server.pairs.flatMap(({ model }) => {
    const row = picture.models.get(model)
    return row === undefined ? [] : [hurt(picture, model, row)]
  })
  const own = (kind: Kind, more: Partial<Trouble> = {}): Trouble => ({
    id: `${kind} ${url} ${more.model ?? ""}`,
    kind,
    severity: severities[kind],
    server: url,
    hurts: more.model === undefined ? hurts : hurts.filter(({ model }) => model === more.model),
    ...more
  })
  const when = server.since === undefined ? {} : { since: server.since }
  const why = server.because === undefined ? {} : { because: server.because }
  if (server.state === "draining") return [own("draining", when)]
  if (server.state === "ejected") {
    return [
      own("ejected", { ...when, ...why, ...(server.ejectedUntil === undefined ? {} : { until: server.ejectedUntil }) })
    ]
  }
  const troubles: Array<Trouble> = []
  if (server.state === "half-open") troubles.push(own("trial", { ...when, ...why }))
  if (server.heldOffUntil !== undefined) troubles.push(own("held-off", { until: server.heldOffUntil }))
  for (const { model, obstacle, slowSince, ttft } of server.pairs) {
    if (obstacle === "unknown-model") troubles.push(own("unknown-model", { model }))
    if (slowSince === undefined || ttft === undefined) continue
    const row = picture.models.get(model)
    const best = Math.min(
      ...serversOf(picture, model).flatMap(([, each]) =>
        isUp(each, model) ? each.pairs.find((pair) => pair.model === model)?.ttft ?? [] : []
      )
    )
    const against = row?.policy === "performance" && ttft > row.ttftThreshold ? row.ttftThreshold : best
    troubles.push(own("slow", { model, since: slowSince, ttft, against }))
  }
  return troubles
}

const ofModel = (picture: Picture, name: string, model: ModelRow): ReadonlyArray<Trouble> => {
  const hurts = [hurt(picture, name, model)]
  const [{ of, oldest, up }] = hurts as [Hurt]
  const own = (kind: Kind, since?: number): Trouble => ({
    id: `${kind} ${name}`,
    kind,
    severity: severities[kind],
    model: name,
    hurts,
    ...(since === undefined ? {} : { since })
  })
  if (of > 0 && up === 0) return [own("no-server")]
  const lost = model.losses.some(([, , evicted, failed]) => evicted + failed > 0)
  if (lost) return [own("losing")]
  const isLong = oldest !== undefined && picture.at - oldest >= Math.min(longWait, model.patience / 2)
  return isLong ? [own("long-wait", oldest)] : []
}

/** Troubles that hurt the same people: their causes together, and whom they hurt once. */
export interface Case {
  readonly id: string
  readonly troubles: ReadonlyArray<Trouble>
  readonly hurts: ReadonlyArray<Hurt>
}

/** Said of a model where nothing else explains it. */
const symptoms = new Set<Kind>(["losing", "long-wait"])

export const casesOf = (troubles: ReadonlyArray<Trouble>): ReadonlyArray<Case> => {
  const idOf = ({ hurts }: Trouble) => hurts.map(({ model }) => model).join(" ")
  const explained = new Set(
    troubles.filter(({ kind }) => !symptoms.has(kind)).flatMap(({ hurts }) => hurts.map(({ model }) => model))
  )
  const own = troubles.filter(({ hurts: [first], kind }) => !symptoms.has(kind) || !explained.has(first!.model))
  return Array.from(
    Map.groupBy(own, idOf),
    ([id, troubles]) => ({ id, troubles, hurts: troubles[0]!.hurts })
  )
}

export const troublesOf = (picture: Picture): ReadonlyArray<Trouble> =>
  [
    ...Array.from(picture.models, ([name, model]) => ofModel(picture, name, model)),
    ...Array.from(picture.servers, ([url, server]) => ofServer(picture, url, server))
  ].flat().toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || (a.since ?? 0) - (b.since ?? 0))
