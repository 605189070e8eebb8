/** The process itself: memory, processor, event loop. Names are those that every Node service has. */
import { readdirSync } from "node:fs"
import { monitorEventLoopDelay, performance } from "node:perf_hooks"
import { counter, gauge } from "./Definition.ts"
import type { MetricsText } from "./MetricsText.ts"

export const definitions = {
  build: gauge("aiguilleur_build_info", "1", "Always 1: which version runs, on which Node", "version", "node"),
  cpu: counter("process_cpu_seconds_total", "seconds", "Processor time of the process, user and system together"),
  resident: gauge("process_resident_memory_bytes", "bytes", "Memory that the process occupies"),
  started: gauge("process_start_time_seconds", "seconds", "When the process started, in seconds since 1970"),
  files: gauge("process_open_fds", "files", "Open files and sockets, where the system tells"),
  heapUsed: gauge("nodejs_heap_size_used_bytes", "bytes", "Of the JavaScript heap, what is used"),
  heapTotal: gauge("nodejs_heap_size_total_bytes", "bytes", "The JavaScript heap"),
  external: gauge("nodejs_external_memory_bytes", "bytes", "Buffers outside the heap"),
  lag: gauge(
    "nodejs_eventloop_lag_seconds",
    "seconds",
    "How late the event loop was since the last scrape: the median, the 99th percentile, the worst",
    "quantile"
  ),
  utilisation: gauge(
    "nodejs_eventloop_utilization_ratio",
    "1",
    "Share of the time since the last scrape in which the event loop was busy"
  )
}

const openFiles = (): number | undefined => {
  try {
    return readdirSync("/proc/self/fd").length
  } catch {
    return undefined
  }
}

export class ProcessMeter {
  private readonly version: string
  private readonly delay = monitorEventLoopDelay({ resolution: 20 })
  private last = performance.eventLoopUtilization()

  constructor(version: string) {
    this.version = version
    this.delay.enable()
  }

  stop(): void {
    this.delay.disable()
  }

  write(text: MetricsText): void {
    const { user, system } = process.cpuUsage()
    const { external, heapTotal, heapUsed, rss } = process.memoryUsage()
    const files = openFiles()
    const loop = performance.eventLoopUtilization()
    text.add(definitions.build, 1, this.version, process.version)
    text.add(definitions.cpu, (user + system) / 1e6)
    text.add(definitions.resident, rss)
    text.add(definitions.started, Math.round(performance.timeOrigin) / 1_000)
    if (files !== undefined) text.add(definitions.files, files)
    text.add(definitions.heapUsed, heapUsed)
    text.add(definitions.heapTotal, heapTotal)
    text.add(definitions.external, external)
    for (const [quantile, nanos] of this.lateness()) text.add(definitions.lag, nanos / 1e9, quantile)
    text.add(definitions.utilisation, performance.eventLoopUtilization(loop, this.last).utilization)
    this.last = loop
  }

  private lateness(): ReadonlyArray<readonly [quantile: string, nanos: number]> {
    const { delay } = this
    if (delay.count === 0) return [["0.5", 0], ["0.99", 0], ["1", 0]]
    // Each sample is the time between two rings that should be 20 ms apart.
    const late = (nanos: number) => Math.max(0, nanos - 20e6)
    const found = [
      ["0.5", late(delay.percentile(50))],
      ["0.99", late(delay.percentile(99))],
      ["1", late(delay.max)]
    ] as const
    delay.reset()
    return found
  }
}
