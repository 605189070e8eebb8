/** What a running server lends to each of its requests; a restart brings a new one. */
import type { IncomingMessage } from "node:http"
import * as Engine from "../engine/Engine.ts"
import type { Profile } from "../engine/Profile.ts"
import * as Driver from "./Driver.ts"
import type { Ledger } from "./Ledger.ts"
import type { Options } from "./Options.ts"
import type { Pace } from "./Pace.ts"
import type { Limits } from "./Question.ts"

export interface Desk {
  readonly driver: Driver.Driver
  readonly ledger: Ledger
  readonly limits: Limits
  readonly now: () => number
  readonly loading: () => boolean
  readonly authorised: (request: IncomingMessage) => boolean
}

export interface Furniture {
  readonly options: Options
  readonly pace: Pace
  readonly ledger: Ledger
  readonly models: ReadonlyArray<string>
  readonly profile: Profile
  readonly loading: () => boolean
}

export const make = ({ ledger, loading, models, options, pace, profile }: Furniture): Desk => {
  const engine = Engine.make({
    profile,
    priorityScheduling: options.priorityScheduling,
    maxNumSeqs: options.maxNumSeqs,
    maxQueued: options.maxQueued
  })
  return {
    driver: Driver.make(engine, pace, ledger.changed),
    ledger,
    limits: {
      models,
      maxModelLen: profile.maxModelLen,
      defaultTokens: options.defaultTokens ?? 64,
      maxTokens: options.maxTokens ?? 4096,
      priorityScheduling: options.priorityScheduling === true
    },
    now: pace.now,
    loading,
    authorised: ({ headers }) => options.token === undefined || headers.authorization === `Bearer ${options.token}`
  }
}
