/**
 * The measured part of a load: CPU and clock read at both ends, everything in between counted.
 */
import { setTimeout as sleep } from "node:timers/promises"
import { cores, spent, used } from "./Cpu.ts"
import { quantile, type Sample } from "./Sample.ts"
import { monotonic } from "./Wire.ts"

export interface Target {
  readonly pid: number | undefined
  readonly port: number
  readonly headers: Readonly<Record<string, string>>
}

export type Measured = Omit<Sample, "peer" | "phase" | "repetition">

/** Filled by the load while `open`. */
export class Window {
  open = false
  count = 0
  reads = 0
  readonly times: Array<number> = []
  failure: string | undefined

  record(micros: number): void {
    if (!this.open) return
    this.count++
    this.times.push(micros)
  }

  fail(reason: string): void {
    this.failure ??= reason
  }

  async measure({ pid }: Target, seconds: number): Promise<() => Measured> {
    const cpu = () => pid === undefined ? { all: 0, below: 0 } : used(pid)
    const core = () => cores === undefined ? 0 : spent(cores.proxy)
    const [cpuBefore, coreBefore, from] = [cpu(), core(), monotonic()]
    this.open = true
    await sleep(seconds * 1_000)
    this.open = false
    const [to, cpuAfter, coreMicros] = [monotonic(), cpu(), core() - coreBefore]
    const cpuMicros = cpuAfter.all - cpuBefore.all
    // Quantiles wait for the caller, so that sorting does not disturb streams that still run.
    return () => ({
      count: this.count,
      reads: this.reads,
      seconds: (to - from) / 1_000_000,
      window: [from, to],
      perSecond: this.count / ((to - from) / 1_000_000),
      cpuMicros: cpuMicros / this.count,
      belowMicros: Math.max(0, cpuAfter.below - cpuBefore.below) / this.count,
      busy: cpuMicros / (to - from),
      others: Math.max(0, coreMicros - cpuMicros) / (to - from),
      p50: quantile(this.times, 0.5),
      p99: quantile(this.times, 0.99),
      max: quantile(this.times, 1),
      ...this.failure !== undefined && { failure: this.failure }
    })
  }
}
