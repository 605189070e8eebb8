/** What a report on one policy is made from, whether it was simulated or measured. */
import { nameOf } from "../world/Fleet.ts"
import type { Line } from "../world/Ledger.ts"
import type { Reading, Recorder } from "../world/Recorder.ts"

/** What is not known of a real server is null. */
export interface Machine {
  /** As lines name it. */
  readonly url: string
  readonly name: string
  readonly organisation: string | null
  readonly profile: string | null
  readonly maxConcurrent: number | null
  readonly preemptions: number | null
  /** Share of prompt tokens found in its prefix cache. */
  readonly reused: number | null
}

export interface Evidence {
  /** Over HTTP, at a real endpoint. */
  readonly measured: boolean
  readonly lines: ReadonlyArray<Line>
  readonly readings: ReadonlyArray<Reading>
  readonly organisations: ReadonlyArray<string>
  /** In the order in which readings have them. */
  readonly machines: ReadonlyArray<Machine>
  /** Output tokens, all together. */
  readonly tokens: number
}

export const simulated = ({ hosts, lines, organisations, readings }: Recorder): Evidence => ({
  measured: false,
  lines,
  readings,
  organisations,
  machines: hosts.map((host) => ({
    url: host.server.url,
    name: nameOf(host.server.url),
    organisation: host.server.organisation,
    profile: host.profile.name,
    maxConcurrent: host.server.maxConcurrent,
    preemptions: host.preemptions(),
    reused: host.reused()
  })),
  tokens: hosts.reduce((sum, host) => sum + host.generated(), 0)
})
