/** What a simulated server is started with. */
import type { Profile } from "../engine/Profile.ts"
import type { FaceName } from "./Face.ts"

export interface Options {
  /** Whose API it speaks; vLLM's when absent. */
  readonly face?: FaceName | undefined
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
  /** As vLLM does it unless told not to; the other engines must be told to. */
  readonly prefixCaching?: boolean | undefined
  /** The profile's when absent; for Ollama it is `OLLAMA_NUM_PARALLEL`, and 1 when absent. */
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
  /** Simulated seconds for each second of audio, alone in the batch; a step of the profile when absent. */
  readonly audioPace?: number | undefined
  /** About how long Ollama loads a model that it has not loaded yet, in milliseconds; not at all when absent. */
  readonly coldLoad?: number | undefined
  /** Milliseconds between two writings of LMDeploy's gauges; its 10 000 when absent, always the truth when 0. */
  readonly metricsLag?: number | undefined
  /** False empties the metrics page. */
  readonly logStats?: boolean | undefined
  /** Requests remembered; 1000 when absent. */
  readonly memory?: number | undefined
}
