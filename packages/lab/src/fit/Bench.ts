/** The load test that the published figures come from, run on a simulated engine. */
import * as Engine from "../engine/Engine.ts"
import type { Profile } from "../engine/Profile.ts"
import type { Sequence } from "../engine/Sequence.ts"
import * as Quantiles from "../report/Quantiles.ts"
import * as Dice from "../time/Dice.ts"
import type { Point, Sweep } from "./Published.ts"

/** Requests of each client; the first ones, which all come at once, do not count. */
const rounds = 8
const warmup = 1

/** Of a sweep, what is sent. */
type Load = Pick<Sweep, "source" | "prompt" | "output" | "ttftIs">

export const run = (profile: Profile, sweep: Load, clients: number): Required<Point> => {
  const engine = Engine.make({ profile, jumps: true })
  const dice = Dice.make(1, `${sweep.source} ${clients}`)
  const [least, most] = sweep.output
  const sent: Array<Array<Sequence>> = Array.from({ length: clients }, () => [])
  const send = (client: number, now: number) => {
    const outputTokens = least + Math.floor(dice.roll() * (most - least + 1))
    const id = String(client)
    const sequence = engine.submit(now, {
      id,
      promptTokens: sweep.prompt,
      outputTokens,
      finish: "length",
      priority: 0,
      passes: 1
    })
    if (typeof sequence !== "string") sent[client]!.push(sequence)
  }
  for (let client = 0; client < clients; client++) send(client, 0)
  for (let at = engine.nextEventAt(); at !== undefined; at = engine.nextEventAt()) {
    for (const { finished, sequence } of engine.advance(at)) {
      const client = Number(sequence.id)
      if (finished !== undefined && sent[client]!.length < rounds) send(client, at)
    }
  }
  const counted = sent.flatMap((sequences) => sequences.slice(warmup))
  const ttft = Quantiles.of(counted.map(({ arrivedAt, firstTokenAt }) => firstTokenAt! - arrivedAt))
  const perToken = Quantiles.of(
    counted.map(({ finishedAt, firstTokenAt, generated }) => (finishedAt! - firstTokenAt!) / (generated - 1))
  )
  // each client on its own: the last ones of a run have the machine to themselves
  const tokensPerSecond = sent.reduce((sum, sequences) => {
    const own = sequences.slice(warmup)
    const tokens = own.reduce((total, { generated }) => total + generated, 0)
    return sum + tokens / (own.at(-1)!.finishedAt! - own[0]!.arrivedAt) * 1000
  }, 0)
  return {
    clients,
    tokensPerSecond,
    ttft: (sweep.ttftIs === "mean" ? ttft.mean : ttft.p50)!,
    perToken: perToken.mean!
  }
}
