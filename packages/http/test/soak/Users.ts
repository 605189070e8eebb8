/** The users of a soak: each asks again when its answer has ended, and some hang up in the middle. */
import { setTimeout as sleep } from "node:timers/promises"
import { Client } from "undici"
import type { Dice } from "../wire/Dice.ts"
import { Stream } from "./Stream.ts"
import type { Ending, Tally } from "./Tally.ts"

export interface Habits {
  readonly model: string
  /** Secrets; each user has one. */
  readonly keys: ReadonlyArray<string>
  /** Tokens of an answer. */
  readonly shortest: number
  readonly longest: number
  /** The share that hangs up. */
  readonly disconnecting: number
  /** Milliseconds after which a user who was refused asks again. */
  readonly pause: number
}

export class Users {
  private readonly running: Array<Promise<void>> = []
  private readonly stopping = new AbortController()

  /** They arrive one after another, over `ramp` milliseconds. */
  constructor(url: string, count: number, ramp: number, habits: Habits, tally: Tally, dice: Dice) {
    for (let user = 0; user < count; user++) {
      this.running.push(this.use(new Client(url, options), user, (ramp * user) / count, habits, tally, dice))
    }
  }

  /** Nobody asks any more; resolves when the last answer has ended. */
  async stop(): Promise<void> {
    this.stopping.abort()
    await Promise.all(this.running)
  }

  private async use(client: Client, user: number, delay: number, habits: Habits, tally: Tally, dice: Dice) {
    const { signal } = this.stopping
    await rest(delay, signal)
    while (!signal.aborted) {
      const ending = await ask(client, user, habits, tally, dice)
      tally.count(ending)
      if (ending === "refused" || ending === "broken") await rest(habits.pause * (0.5 + dice.next()), signal)
    }
    await client.close()
  }
}

const options: Client.Options = { headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 60_000 }

const rest = (millis: number, signal: AbortSignal): Promise<void> =>
  sleep(millis, undefined, { signal }).catch(() => {})

const ask = (client: Client, user: number, habits: Habits, tally: Tally, dice: Dice): Promise<Ending> => {
  const { disconnecting, keys, longest, model, shortest } = habits
  const tokens = shortest + dice.below(longest - shortest + 1)
  const patience = dice.chance(disconnecting) ? 1 + dice.below(tokens) : Number.POSITIVE_INFINITY
  const body = { model, messages: [{ role: "user", content: "Go on." }], max_tokens: tokens, stream: true }
  tally.open++
  return new Promise((resolve) => {
    const stream = new Stream(tally, tokens, patience, (ending) => {
      tally.open--
      resolve(ending)
    })
    client.dispatch({
      method: "POST",
      path: "/v1/chat/completions",
      headers: {
        authorization: `Bearer ${keys[user % keys.length]}`,
        "content-type": "application/json",
        ...(user % 2 === 0 ? { "x-wait-events": "1" } : {})
      },
      body: JSON.stringify(body)
    }, stream)
  })
}
