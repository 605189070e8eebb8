/** The populations of a scenario at a real endpoint: who sends what when is as in the laboratory, the time is the wall's. */
import type { Evidence, Machine } from "@aiguilleur/lab/report/Evidence"
import * as Observation from "@aiguilleur/lab/report/Observation"
import type { Population, Scenario } from "@aiguilleur/lab/scenario/Scenario"
import { bestPriorityOf } from "@aiguilleur/lab/scenario/Scenario"
import type { Appointment } from "@aiguilleur/lab/time/Timeline"
import * as WallTime from "@aiguilleur/lab/time/WallTime"
import type { Line } from "@aiguilleur/lab/world/Ledger"
import * as Ledger from "@aiguilleur/lab/world/Ledger"
import * as Users from "@aiguilleur/lab/world/Users"
import { Effect } from "effect"
import { Agent } from "undici"
import * as Exchange from "./Exchange.ts"
import * as Prompt from "./Prompt.ts"
import * as Telling from "./Telling.ts"

export interface Target {
  /** With or without `/v1`. */
  readonly url: URL
  readonly keyOf: (population: Population) => string | undefined
  /** What the endpoint calls the model of a population. */
  readonly modelOf: (population: Population) => string
  /** vLLM goes on to the length that was asked for. */
  readonly ignoreEos: boolean
}

export interface Loaded {
  readonly evidence: Evidence
  /** What was said of requests that failed, with how often. */
  readonly complaints: ReadonlyMap<string, number>
}

export const pathOf = ({ pathname }: URL, path: string): string =>
  `${pathname.replace(/(?<!\/)\/+$/, "").replace(/\/v1$/, "")}/v1/${path}`

const questionOf = (
  { ignoreEos, keyOf, modelOf, url }: Target,
  { seed }: Scenario,
  population: Population,
  number: number,
  { output, prompt }: Users.Demand
): Exchange.Question => {
  const key = keyOf(population)
  const content = Prompt.text({
    seed,
    population: population.name,
    number,
    tokens: prompt,
    shared: population.sharedPrefix ?? 0
  })
  const stream = output > 0 && population.stream !== false
  const model = modelOf(population)
  return {
    origin: url.origin,
    path: pathOf(url, output > 0 ? "chat/completions" : "embeddings"),
    stream,
    headers: {
      "content-type": "application/json",
      "x-priority": String(population.priority),
      ...(population.routingMode === undefined ? {} : { "x-routing-mode": population.routingMode }),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` })
    },
    body: JSON.stringify(
      output === 0 ? { model, input: content } : {
        model,
        messages: [{ role: "user", content }],
        max_tokens: output,
        ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
        ...(ignoreEos ? { ignore_eos: true } : {})
      }
    )
  }
}

const endingOf = ({ complete, status }: Exchange.Result, spoke: boolean): Line["ending"] => {
  if (complete) return "served"
  if (spoke) return "broken"
  if (status === 429) return "refused"
  if (status === 504) return "evicted"
  return status !== undefined && status >= 400 && status < 500 ? "error" : "failed"
}

/**
 * Until the scenario's time is over, or nobody has anything left to ask: what is under way then is broken off, and stays
 * unfinished.
 */
export const run = (
  scenario: Scenario,
  target: Target,
  machineOf: (server: string) => Machine,
  progress: (share: number) => void = () => {}
): Effect.Effect<Loaded> =>
  Effect.callback<Loaded>((resume) => {
    const { duration, seed, startsAt = 0 } = scenario
    // Timers are the dispatcher's business: a request may wait for as long as its users do.
    const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 3_000, pipelining: 1 })
    const time = WallTime.make()
    const lines: Array<Line> = []
    const complaints = new Map<string, number>()
    const open = new Set<() => number>()
    let tokens = 0
    let tells = false

    const send = (population: Population, demand: Users.Demand, done: (served: boolean) => void): void => {
      const line = Ledger.line(population, time.now, demand.prompt, demand.output)
      lines.push(line)
      let breakOff = () => 0
      let patience: Appointment | undefined
      const finish = (ending: Line["ending"]) => {
        open.delete(breakOff)
        if (patience !== undefined) patience.cancelled = true
        line.ending = ending
        line.endedAt = time.now
        done(ending === "served")
        if (open.size === 0 && time.isEmpty()) conclude()
      }
      breakOff = Exchange.begin(agent, questionOf(target, scenario, population, lines.length, demand), {
        head: (headers) => {
          if (Telling.note(line, headers, target.url.origin)) tells = true
        },
        firstData: () => {
          line.firstTokenAt ??= time.now
        },
        ended: (result) => {
          line.cost = (result.promptTokens ?? 0) + 2 * result.outputTokens
          tokens += result.outputTokens
          if (result.message !== undefined) {
            const words = `${result.status ?? "no answer"}: ${result.message}`
            complaints.set(words, (complaints.get(words) ?? 0) + 1)
          }
          finish(endingOf(result, line.firstTokenAt !== undefined))
        }
      })
      open.add(breakOff)
      // It may have failed on the spot.
      if (line.endedAt !== undefined) open.delete(breakOff)
      if (population.leavesAfter === undefined) return
      patience = time.put(line.arrivedAt + population.leavesAfter, () => {
        if (line.firstTokenAt !== undefined) return
        breakOff()
        finish("withdrawn")
      })
    }

    const end = () => {
      clearInterval(ticking)
      clearTimeout(ending)
      time.stop()
      for (const breakOff of open) tokens += breakOff()
      void agent.destroy()
    }

    const conclude = () => {
      const lasted = Math.min(duration, time.now)
      end()
      if (tells) Telling.noteUnanswered(lines, lasted)
      const servers = new Set(lines.flatMap(({ server }) => server === undefined ? [] : [server]))
      const evidence = Observation.evidence({
        lines,
        machines: Array.from(servers, machineOf),
        tokens,
        duration: lasted,
        bestPriority: bestPriorityOf(scenario)
      })
      resume(Effect.succeed({ evidence, complaints }))
    }

    const ticking = setInterval(() => progress(Math.min(1, time.now / duration)), 500)
    const ending = setTimeout(conclude, duration)
    for (const population of scenario.populations) {
      Users.play(population, {
        agenda: time,
        seed,
        duration,
        startsAt,
        send: (demand, done) => send(population, demand, done)
      })
    }
    return Effect.sync(end)
  })
