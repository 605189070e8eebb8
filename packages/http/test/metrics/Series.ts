/** What a metrics page holds: its families as announced, and its series as sampled. */

export interface Series {
  /** By name, as `# TYPE` has it. */
  readonly types: ReadonlyMap<string, string>
  /** Name and labels of every sample, with its value. */
  readonly samples: ReadonlyMap<string, number>
  /** Names of the families of which there is a sample. */
  readonly sampled: ReadonlySet<string>
}

const sample = /^([a-zA-Z_:][\w:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*\})? (\S+)$/

/** Throws for a line that is not Prometheus' text format, or that comes before its family is announced. */
export const read = (page: string): Series => {
  const types = new Map<string, string>()
  const samples = new Map<string, number>()
  const sampled = new Set<string>()
  const helped = new Set<string>()
  for (const line of page.trimEnd().split("\n")) {
    const announced = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line)
    if (announced !== null) {
      const [, what, name, text] = announced
      if (what === "HELP") helped.add(name!)
      else types.set(name!, text!)
      continue
    }
    const found = sample.exec(line)
    if (found === null) throw new Error(`not a sample: ${line}`)
    const [, name, labels = "", value] = found
    const family = types.get(name!) === undefined ? name!.replace(/_(?:bucket|sum|count)$/, "") : name!
    if (!helped.has(family) || !types.has(family)) throw new Error(`not announced: ${line}`)
    if (samples.has(name! + labels)) throw new Error(`twice: ${line}`)
    samples.set(name! + labels, value === "+Inf" ? Infinity : Number(value))
    sampled.add(family)
  }
  return { types, samples, sampled }
}
