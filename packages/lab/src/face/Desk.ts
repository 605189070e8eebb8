/** What a running server lends to each of its requests; a restart brings a new one. */
import type { IncomingMessage } from "node:http"
import * as Engine from "../engine/Engine.ts"
import type { Profile } from "../engine/Profile.ts"
import * as Driver from "./Driver.ts"
import type { Face } from "./Face.ts"
import { faces } from "./Faces.ts"
import type { Ledger } from "./Ledger.ts"
import type { Options } from "./Options.ts"
import type { Pace } from "./Pace.ts"
import type { Limits } from "./Question.ts"

export interface Desk {
  readonly face: Face
  readonly driver: Driver.Driver
  readonly ledger: Ledger
  readonly limits: Limits
  readonly now: () => number
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

/** One word for each second of audio, one step for each word. */
const paced = (profile: Profile, audioPace: number | undefined): Profile =>
  audioPace === undefined ? profile : { ...profile, t0: audioPace * 1000 }

export const make = ({ ledger, loading, models, options, pace, profile }: Furniture): Desk => {
  const engine = Engine.make({
    profile: paced(profile, options.audioPace),
    priorityScheduling: options.priorityScheduling,
    maxNumSeqs: options.maxNumSeqs ?? (options.face === "ollama" ? 1 : undefined),
    maxQueued: options.maxQueued
  })
  const limits: Limits = {
    models,
    maxModelLen: profile.maxModelLen,
    defaultTokens: options.defaultTokens ?? 64,
    maxTokens: options.maxTokens ?? 4096,
    priorityScheduling: options.priorityScheduling === true,
    prefixCaching: options.prefixCaching ?? (options.face ?? "vllm") === "vllm"
  }
  const face = faces[options.face ?? "vllm"]({ engine, limits, options, now: pace.now, loading })
  const changed = () => {
    face.changed?.()
    ledger.changed()
  }
  return {
    face,
    driver: Driver.make(engine, pace, changed),
    ledger,
    limits,
    now: pace.now,
    authorised: ({ headers }) => options.token === undefined || headers.authorization === `Bearer ${options.token}`
  }
}
