/** Who sends what when: the arrivals of a population, played on the agenda. */
import type { Arrivals, Closed } from "../scenario/Arrivals.ts"
import { officeHours } from "../scenario/Arrivals.ts"
import * as Lengths from "../scenario/Length.ts"
import type { Population } from "../scenario/Scenario.ts"
import type { Dice } from "../time/Dice.ts"
import * as Dices from "../time/Dice.ts"
import type { Timeline } from "../time/Timeline.ts"

export interface Demand {
  readonly prompt: number
  readonly output: number
}

export interface Stage {
  readonly agenda: Timeline
  readonly seed: number
  readonly duration: number
  /** Minutes since midnight at the start. */
  readonly startsAt: number
  /** Sends a request; `done` is called once when it has ended, with whether it was served. */
  readonly send: (demand: Demand, done: (served: boolean) => void) => void
}

const hour = 3_600_000

/** A user who was turned away does not ask again at once. */
const discouraged = 1_000

const nobody = () => {}

/** Dice are by user, or by population for open arrivals: what is asked does not depend on how fast it is answered. */
export const play = (population: Population, stage: Stage): void => {
  const { arrivals, name } = population
  const demand = (dice: Dice): Demand => ({
    prompt: Lengths.sample(population.prompt, dice),
    output: Lengths.sample(population.output, dice)
  })
  if (arrivals.kind === "closed") {
    const play = (user: number) => closed(arrivals, user, Dices.make(stage.seed, `${name} ${user}`), demand, stage)
    for (let user = 0; user < arrivals.users; user++) play(user)
    return
  }
  if (arrivals.kind === "trace") {
    for (const [at, prompt, output] of arrivals.requests) {
      stage.agenda.put(at, () => stage.send({ prompt, output }, nobody))
    }
    return
  }
  const dice = Dices.make(stage.seed, name)
  const lengths = Dices.make(stage.seed, `${name} lengths`)
  const send = () => stage.send(demand(lengths), nobody)
  if (arrivals.kind === "bursts") return bursts(arrivals, dice, send, stage)
  const rate = rateOf(arrivals, stage)
  thinned(
    rate,
    dice,
    send,
    arrivals.from ?? 0,
    Math.min(arrivals.until ?? stage.duration, stage.duration),
    stage.agenda
  )
}

const closed = (
  { from = 0, rampDown = 0, rampUp = 0, think = 0, until, users }: Closed,
  user: number,
  dice: Dice,
  demand: (dice: Dice) => Demand,
  { agenda, duration, send }: Stage
): void => {
  const place = users === 1 ? 0 : user / (users - 1)
  const last = (until ?? duration) - rampDown * (1 - place)
  const ask = () => {
    if (agenda.now >= last) return
    send(demand(dice), (served) => {
      const pause = think * dice.exponential()
      agenda.put(agenda.now + (served ? pause : Math.max(pause, discouraged)), ask)
    })
  }
  // without a ramp, people who think do not all begin at once
  agenda.put(from + rampUp * place + (rampUp === 0 ? think * dice.roll() : 0), ask)
}

const bursts = (
  { every, from = 0, size, until, within = 0 }: Extract<Arrivals, { kind: "bursts" }>,
  dice: Dice,
  send: () => void,
  { agenda, duration }: Stage
): void => {
  for (let at = from; at < Math.min(until ?? duration, duration); at += every) {
    for (let index = 0; index < size; index++) agenda.put(at + within * dice.roll(), send)
  }
}

interface Rate {
  /** Requests per millisecond. */
  readonly at: (now: number) => number
  readonly most: number
}

const rateOf = (arrivals: Extract<Arrivals, { kind: "poisson" | "daily" }>, { startsAt }: Stage): Rate => {
  if (arrivals.kind === "daily") {
    const { hours = officeHours, perDay } = arrivals
    const total = hours.reduce((sum, share) => sum + share, 0)
    const perMilli = (share: number) => total === 0 ? 0 : perDay * share / total / hour
    return {
      at: (now) => perMilli(hours[Math.floor((startsAt * 60_000 + now) / hour) % 24]!),
      most: perMilli(Math.max(...hours))
    }
  }
  const { perSecond, points = [] } = arrivals
  if (perSecond !== undefined) return { at: () => perSecond / 1000, most: perSecond / 1000 }
  return {
    at: (now) => between(points, now) / 1000,
    most: Math.max(0, ...points.map((point) => point.perSecond)) / 1000
  }
}

/** On the line between two points; level before the first and after the last. */
const between = (points: ReadonlyArray<{ readonly at: number; readonly perSecond: number }>, now: number): number => {
  const next = points.findIndex(({ at }) => at > now)
  const before = next < 0 ? points.at(-1) : points[next - 1]
  const after = points[next]
  if (before === undefined || after === undefined) return (before ?? after)?.perSecond ?? 0
  return before.perSecond + (after.perSecond - before.perSecond) * (now - before.at) / (after.at - before.at)
}

/** A Poisson process of changing rate: candidates at the highest rate, of which each is kept with its own chance. */
const thinned = (rate: Rate, dice: Dice, send: () => void, from: number, until: number, agenda: Timeline): void => {
  if (rate.most <= 0) return
  const next = (after: number): void => {
    const at = after + dice.exponential() / rate.most
    if (at >= until) return
    agenda.put(at, () => {
      if (dice.roll() * rate.most < rate.at(at)) send()
      next(at)
    })
  }
  next(from)
}
