/** What a simulated server is started with. */
import type { Profile } from "../engine/Profile.ts"

export interface Options {
  /** Any free one when absent. */
  readonly port?: number | undefined
  readonly host?: string | undefined
  /** `Profile.test` when absent. */
  readonly profile?: Profile | undefined
  /** `["simulated"]` when absent. All are names of one engine; the first is the metrics' label. */
  readonly models?: ReadonlyArray<string> | undefined
  /** The bearer that `/v1/*` asks for. */
  readonly token?: string | undefined
  readonly priorityScheduling?: boolean | undefined
  readonly maxNumSeqs?: number | undefined
  /** Waiting and running together, beyond which the answer is a 503. */
  readonly maxQueued?: number | undefined
  /** How much faster than real time the engine's clock goes. */
  readonly speed?: number | undefined
  /** Starts paused: nothing moves but by `step`. */
  readonly manual?: boolean | undefined
  /** Starts as an engine that is still loading its model. */
  readonly loading?: boolean | undefined
  /** Tokens of an answer whose length was not asked for; 64 when absent. */
  readonly defaultTokens?: number | undefined
  /** Tokens of an answer at most; 4096 when absent. */
  readonly maxTokens?: number | undefined
  /** False empties the metrics page. */
  readonly logStats?: boolean | undefined
  /** Requests remembered; 1000 when absent. */
  readonly memory?: number | undefined
}
