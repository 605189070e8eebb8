/** What is written down while a world runs: a line per request, and a reading of everything at even intervals. */
import type { Agenda } from "../time/Agenda.ts"
import type { Host } from "./Host.ts"
import type { Line } from "./Ledger.ts"

export interface Reading {
  readonly at: number
  /** Requests that wait or are being answered. */
  readonly active: number
  /** By base priority. */
  readonly waiting: ReadonlyArray<number>
  /** How many requests each server was answering, on the mean since the last reading, in the order of the fleet. */
  readonly busy: ReadonlyArray<number>
  /** Tokens charged to each organisation since the last reading, in the order of `organisations`. */
  readonly service: ReadonlyArray<number>
  /** Whether an organisation had something waiting all the time since the last reading. */
  readonly backlogged: ReadonlyArray<boolean>
}

export interface Recorder {
  readonly lines: ReadonlyArray<Line>
  readonly readings: ReadonlyArray<Reading>
  readonly organisations: ReadonlyArray<string>
  readonly hosts: ReadonlyArray<Host>
  readonly write: (line: Line) => void
  readonly ended: () => void
  readonly waiting: (line: Line, change: 1 | -1) => void
  readonly charged: (line: Line, cost: number) => void
  /** A slot of this server is taken, or free again. */
  readonly leased: (url: string, change: 1 | -1) => void
  readonly read: () => void
}

export const make = (
  agenda: Agenda,
  bestPriority: number,
  hosts: ReadonlyArray<Host>,
  organisations: ReadonlyArray<string>
): Recorder => {
  const lines: Array<Line> = []
  const readings: Array<Reading> = []
  const places = new Map(organisations.map((name, place) => [name, place]))
  const waiting = Array.from({ length: bestPriority + 1 }, () => 0)
  const queues = organisations.map(() => 0)
  const wasEmpty = organisations.map(() => true)
  const service = organisations.map(() => 0)
  const meters = new Map(hosts.map(({ server }) => [server.url, { leases: 0, since: 0, sum: 0 }]))
  let active = 0
  let last = 0

  const tally = (url: string) => {
    const meter = meters.get(url)!
    meter.sum += meter.leases * (agenda.now - meter.since)
    meter.since = agenda.now
    return meter
  }

  return {
    lines,
    readings,
    organisations,
    hosts,
    write: (line) => {
      active++
      lines.push(line)
    },
    ended: () => active--,
    waiting: ({ population }, change) => {
      const place = places.get(population.organisation)!
      waiting[population.priority]! += change
      queues[place]! += change
      if (queues[place] === 0) wasEmpty[place] = true
    },
    charged: ({ population }, cost) => {
      service[places.get(population.organisation)!]! += cost
    },
    leased: (url, change) => {
      tally(url).leases += change
    },
    read: () => {
      const span = Math.max(1, agenda.now - last)
      const busy = hosts.map(({ server }) => {
        const meter = tally(server.url)
        const mean = meter.sum / span
        meter.sum = 0
        return mean
      })
      readings.push({
        at: agenda.now,
        active,
        waiting: [...waiting],
        busy,
        service: [...service],
        backlogged: wasEmpty.map((empty) => !empty)
      })
      service.fill(0)
      for (const [place, length] of queues.entries()) wasEmpty[place] = length === 0
      last = agenda.now
    }
  }
}
