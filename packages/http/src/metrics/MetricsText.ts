/** Prometheus' text format, version 0.0.4: samples in the order of their definitions, each family once. */
import type { Definition } from "./Definition.ts"
import type { Histogram } from "./Histogram.ts"

export const contentType = "text/plain; version=0.0.4; charset=utf-8"

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\"": "\\\"", "\n": "\\n" }

const escaped = (value: string): string => value.replaceAll(/["\\\n]/g, (sign) => escapes[sign]!)

const number = (value: number): string => value === Infinity ? "+Inf" : value === -Infinity ? "-Inf" : String(value)

type Label = string | number

export class MetricsText {
  private readonly families: ReadonlyMap<Definition, Array<string>>

  constructor(definitions: ReadonlyArray<Definition>) {
    this.families = new Map(definitions.map((definition) => [definition, []]))
  }

  add(definition: Definition, value: number, ...labels: ReadonlyArray<Label>): void {
    this.line(definition, "", this.labelled(definition, labels), value)
  }

  distribution(definition: Definition, { bounds, counts, sum }: Histogram, ...labels: ReadonlyArray<Label>): void {
    const own = this.labelled(definition, labels)
    let below = 0
    for (const [place, count] of counts.entries()) {
      below += count
      this.line(definition, "_bucket", [...own, `le="${number(bounds[place] ?? Infinity)}"`], below)
    }
    this.line(definition, "_sum", own, sum)
    this.line(definition, "_count", own, below)
  }

  toString(): string {
    const lines: Array<string> = []
    for (const [{ help, name, type }, samples] of this.families) {
      lines.push(`# HELP ${name} ${help.replaceAll(/[\\\n]/g, (sign) => escapes[sign]!)}`, `# TYPE ${name} ${type}`)
      lines.push(...samples)
    }
    return `${lines.join("\n")}\n`
  }

  private labelled({ labels: names }: Definition, values: ReadonlyArray<Label>): Array<string> {
    return names.map((name, place) => `${name}="${escaped(String(values[place] ?? ""))}"`)
  }

  private line(definition: Definition, suffix: string, labels: ReadonlyArray<string>, value: number): void {
    const set = labels.length === 0 ? "" : `{${labels.join(",")}}`
    this.families.get(definition)!.push(`${definition.name}${suffix}${set} ${number(value)}`)
  }
}
