/** What can be turned on the playground. */

export type Knob =
  | {
    readonly kind: "range"
    readonly name: string
    readonly label: string
    readonly least: number
    readonly most: number
    readonly start: number
    readonly unit?: string
    /** What the least value means, where it is no number. */
    readonly off?: string
  }
  | {
    readonly kind: "choice"
    readonly name: string
    readonly label: string
    readonly options: ReadonlyArray<string>
    readonly start: string
  }

export type Settings = Readonly<Record<string, string>>

export const knobs: ReadonlyArray<Knob> = [
  { kind: "range", name: "people", label: "People of univ-a", least: 0, most: 200, start: 40 },
  { kind: "range", name: "batch", label: "Batch clients of univ-b", least: 0, most: 200, start: 50 },
  { kind: "range", name: "servers", label: "Servers", least: 1, most: 12, start: 3 },
  { kind: "range", name: "slots", label: "Slots per server", least: 1, most: 48, start: 12 },
  { kind: "range", name: "peoplePriority", label: "Priority of the people", least: 0, most: 5, start: 5 },
  { kind: "range", name: "batchPriority", label: "Priority of the batch", least: 0, most: 5, start: 0 },
  { kind: "choice", name: "strategy", label: "Strategy", options: ["round-robin", "least-busy"], start: "least-busy" },
  {
    kind: "choice",
    name: "policy",
    label: "Requeue policy",
    options: ["none", "concurrent-requests", "performance"],
    start: "concurrent-requests"
  },
  { kind: "range", name: "ageing", label: "Ageing", least: 0, most: 300, start: 60, unit: " s", off: "off" },
  { kind: "range", name: "headroom", label: "Headroom for high priorities", least: 0, most: 8, start: 4 },
  { kind: "range", name: "reserve", label: "Reserve for the owner", least: 0, most: 14, start: 0 }
]

export const starts: Settings = Object.fromEntries(knobs.map(({ name, start }) => [name, String(start)]))

/** The scenario that the knobs describe, as plain values. */
export const scenario = (settings: Settings): unknown => {
  const number = (name: string) => Number(settings[name])
  const populations = [
    {
      name: "people",
      organisation: "univ-a",
      priority: number("peoplePriority"),
      arrivals: { kind: "closed", users: number("people"), think: "5 seconds", rampUp: "60 seconds" },
      prompt: { median: 400, p95: 1500, most: 4000 },
      output: { median: 200, p95: 500, most: 1000 },
      sharedPrefix: 160
    },
    {
      name: "batch",
      organisation: "univ-b",
      priority: number("batchPriority"),
      arrivals: { kind: "closed", users: number("batch"), rampUp: "60 seconds" },
      prompt: { median: 300, p95: 900, most: 2000 },
      output: { median: 500, p95: 1200, most: 2000 }
    }
  ].filter(({ arrivals }) => arrivals.users > 0)
  const reserve = Math.min(number("reserve"), number("slots"))
  const column = {
    headroom: number("headroom"),
    ...(reserve === 0 ? {} : { ownerReserve: reserve }),
    ageing: number("ageing") === 0 ? "off" : `${number("ageing")} seconds`
  }
  const { policy, strategy } = settings
  return {
    name: "playground",
    seed: 1,
    duration: "10 minutes",
    models: [{ name: "mistral31-24b", ttftThreshold: "1 seconds", patience: "570 seconds" }],
    servers: [{
      name: "gpu",
      count: number("servers"),
      profile: "l40s-mistral-small-24b-fp8",
      organisation: "univ-a",
      maxConcurrent: number("slots"),
      maxNumSeqs: 16
    }],
    populations,
    columns: [
      { name: "No queue of ours", strategy: "round-robin", policy: "none" },
      { name: "Your policy", strategy, policy, ...column }
    ]
  }
}
