import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "scripts/test/**/*.test.ts"],
    // With TestClock a slow test is a hung one, but a crowded machine is slow too; suites over real sockets raise it.
    testTimeout: 20_000,
    // Much of the suite waits for processes and sockets; with one worker, as on two cores by default, a core idles.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    passWithNoTests: false
  }
})
