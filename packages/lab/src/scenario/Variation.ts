/** What if: the same scenario with one thing changed, as an operator asks for it on the command line. */
import { Result } from "effect"
import type { Arrivals } from "./Arrivals.ts"
import type { Column, Population, Scenario, ServerSpec } from "./Scenario.ts"

type Varied<A> = Result.Result<A, string>

/** `dc1-l40s@12:00`, `dc1-l40s@90s`, `dc1-l40s@90s+30s`: down from then on, or for so long. */
export const kill = (scenario: Scenario, text: string): Varied<Scenario> => {
  const parts = /^([^@]+)@([^+]+)(?:\+(.+))?$/.exec(text)
  const at = parts === null ? undefined : instant(scenario, parts[2]!)
  const lasts = parts?.[3] === undefined ? undefined : span(parts[3])
  if (parts === null || at === undefined || (parts[3] !== undefined && lasts === undefined)) {
    return Result.fail(
      `expected SERVER@TIME like gpu-1@12:00 (with startsAt), gpu-1@90s or gpu-1@90s+30s, found "${text}"`
    )
  }
  const servers = scenario.servers.flatMap(each)
  const name = parts[1]!
  if (!servers.some((server) => server.name === name)) {
    return Result.fail(
      `expected one of the servers ${servers.map((server) => server.name).join(", ")}, found "${name}"`
    )
  }
  const fault = { kind: "down" as const, at, ...(lasts === undefined ? {} : { for: lasts }) }
  return Result.succeed({
    ...scenario,
    servers: servers.map((server) =>
      server.name === name ? { ...server, faults: [...server.faults ?? [], fault] } : server
    )
  })
}

const each = (spec: ServerSpec): Array<ServerSpec> => {
  const { count, ...alone } = spec
  return count === undefined
    ? [spec]
    : Array.from({ length: count }, (_, index) => ({ ...alone, name: `${spec.name}-${index + 1}` }))
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 }

export const span = (text: string): number | undefined => {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|min|m|h)$/.exec(text.trim())
  return parts === null ? undefined : Number(parts[1]) * units[parts[2]!]!
}

const instant = ({ startsAt }: Scenario, text: string): number | undefined => {
  const clock = /^(\d{1,2}):(\d{2})$/.exec(text)
  if (clock === null) return span(text)
  if (startsAt === undefined) return undefined
  const day = 24 * 60
  return (Number(clock[1]) * 60 + Number(clock[2]) - startsAt + day) % day * 60_000
}

/** `univ-b-batch=3`: a population, or all of an organisation, sends so many times as much. */
export const scale = (scenario: Scenario, text: string): Varied<Scenario> => {
  const parts = /^(.+)=(\d+(?:\.\d+)?)$/.exec(text)
  const concerns = ({ name, organisation }: Population) => name === parts?.[1] || organisation === parts?.[1]
  if (parts === null || !scenario.populations.some(concerns)) {
    const names = scenario.populations.map(({ name }) => name).join(", ")
    return Result.fail(
      `expected POPULATION=TIMES or ORGANISATION=TIMES with one of the populations ${names}, found "${text}"`
    )
  }
  const times = Number(parts[2])
  return Result.succeed({
    ...scenario,
    populations: scenario.populations.map((population) =>
      concerns(population) ? { ...population, arrivals: scaled(population.arrivals, times) } : population
    )
  })
}

const scaled = (arrivals: Arrivals, times: number): Arrivals => {
  const whole = (count: number) => Math.max(1, Math.round(count * times))
  switch (arrivals.kind) {
    case "closed":
      return { ...arrivals, users: whole(arrivals.users) }
    case "bursts":
      return { ...arrivals, size: whole(arrivals.size) }
    case "daily":
      return { ...arrivals, perDay: arrivals.perDay * times }
    case "poisson":
      return {
        ...arrivals,
        ...(arrivals.perSecond === undefined ? {} : { perSecond: arrivals.perSecond * times }),
        ...(arrivals.points === undefined
          ? {}
          : { points: arrivals.points.map(({ at, perSecond }) => ({ at, perSecond: perSecond * times })) })
      }
    case "trace": {
      const repeat = (index: number) => Math.floor((index + 1) * times) - Math.floor(index * times)
      return {
        ...arrivals,
        requests: arrivals.requests.flatMap((request, index) => Array.from({ length: repeat(index) }, () => request))
      }
    }
  }
}

/** The same over so many milliseconds: ramps and windows shrink with it; days, traces, thinking and lengths stay. */
export const shortened = (scenario: Scenario, duration: number): Scenario => {
  const shrink = duration / scenario.duration
  return {
    ...scenario,
    duration,
    servers: scenario.servers.map((server) => ({
      ...server,
      faults: (server.faults ?? []).map((fault) => shrunk(fault, ["at", "for"], shrink))
    })),
    populations: scenario.populations.map((population) => ({
      ...population,
      arrivals: windowed(population.arrivals, shrink)
    }))
  }
}

/** Every one of these fields that is there. */
const shrunk = <A extends object>(value: A, fields: ReadonlyArray<string>, by: number): A =>
  Object.fromEntries(
    Object.entries(value).map(([field, span]) => [field, fields.includes(field) ? (span as number) * by : span])
  ) as A

const windowed = (arrivals: Arrivals, by: number): Arrivals => {
  const window = ["from", "until"]
  switch (arrivals.kind) {
    case "closed":
      return shrunk(arrivals, [...window, "rampUp", "rampDown"], by)
    case "bursts":
      return shrunk(arrivals, [...window, "every", "within"], by)
    case "poisson": {
      const { points, ...rest } = shrunk(arrivals, window, by)
      return points === undefined ? rest : { ...rest, points: points.map((point) => shrunk(point, ["at"], by)) }
    }
    case "daily":
      return shrunk(arrivals, window, by)
    case "trace":
      return arrivals
  }
}

/** `least-busy+performance`. */
export const policy = (text: string): Varied<Column> => {
  const [strategy, policy, ...rest] = text.split("+")
  const isStrategy = strategy === "round-robin" || strategy === "least-busy"
  const isPolicy = policy === "none" || policy === "concurrent-requests" || policy === "performance"
  return isStrategy && isPolicy && rest.length === 0
    ? Result.succeed({ name: `${strategy} + ${policy}`, strategy, policy })
    : Result.fail(
      `expected STRATEGY+POLICY of round-robin or least-busy, and none, concurrent-requests or performance, found "${text}"`
    )
}
