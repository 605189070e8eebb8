/**
 * The command line of the benchmark.
 */
import { parseArgs } from "node:util"
import { type Phase, phases } from "./Sample.ts"

export interface Options {
  readonly only: ReadonlyArray<string>
  readonly repetitions: number
  readonly seconds: number
  readonly streams: number
  readonly phases: ReadonlyArray<Phase>
  readonly profile: boolean
  /** Seconds of load before anything is measured. */
  readonly settle: number
}

/** What costs a core with and without viewers of the live page; nothing else is measured with it. */
const dashboard: ReadonlyArray<Phase> = ["requests", "watched"]

export const usage = `node bench/gateway.ts [options]

  --only a,b          floor, gateway, portkey, haproxy, nginx, direct (no proxy), traced (the gateway with
                      telemetry on); default: all but the last two
  --repetitions N     interleaved repetitions, medians are printed (default 5; with --quick or --profile 1)
  --seconds S         measured seconds of each phase (default 2.5; with --quick 1)
  --settle S          seconds of load on each peer before anything is measured (default 25; with --quick 3): a
                      service runs for weeks, and V8 takes that long to compile all of one that has many parts
  --streaming         streams alone; --no-streaming: everything else
  --streams N         concurrent streams (default 200); fewer where the floor saturates its core
  --quick             under a minute, for a first impression
  --dashboard         the gateway alone, with and without 50 viewers of its live page (default repetitions: 9)
  --profile           profiles floor and gateway, and prints where their time went; not comparable with other runs
`

const optional = new Set(["direct", "traced"])

const streaming: ReadonlySet<Phase> = new Set(["streams", "events"])

const positive = (name: string, text: string | undefined, otherwise: number): number => {
  const value = text === undefined ? otherwise : Number(text)
  if (!(value > 0)) throw new Error(`--${name} must be a positive number, not ${text}`)
  return value
}

/** Answers nothing when only help was asked for. */
export const read = (args: Array<string>, known: ReadonlyArray<string>): Options | undefined => {
  const { values } = parseArgs({
    args,
    allowNegative: true,
    options: {
      help: { type: "boolean", short: "h" },
      only: { type: "string" },
      repetitions: { type: "string" },
      seconds: { type: "string" },
      settle: { type: "string" },
      streams: { type: "string" },
      streaming: { type: "boolean" },
      dashboard: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      profile: { type: "boolean", default: false }
    }
  })
  if (values.help === true) return undefined
  const brief = values.quick || values.profile
  const only = values.only?.split(",") ??
    (values.dashboard
      ? ["gateway"]
      : values.profile
      ? ["floor", "gateway"]
      : known.filter((name) => !optional.has(name)))
  const stranger = only.find((name) => !known.includes(name))
  if (stranger !== undefined) throw new Error(`--only: ${stranger} is none of ${known.join(", ")}`)
  return {
    only,
    repetitions: Math.ceil(positive("repetitions", values.repetitions, brief ? 1 : values.dashboard ? 9 : 5)),
    seconds: positive("seconds", values.seconds, values.quick ? 1 : 2.5),
    settle: positive("settle", values.settle, values.quick ? 3 : 25),
    streams: Math.ceil(positive("streams", values.streams, 200)),
    phases: values.dashboard ?
      dashboard :
      phases.filter((phase) =>
        phase !== "watched" && (values.streaming === undefined || values.streaming === streaming.has(phase))
      ),
    profile: values.profile
  }
}
