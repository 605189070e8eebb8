import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "scripts/test/**/*.test.ts"],
    // With TestClock a slow test is a hung one, but a crowded machine is slow too; suites over real sockets raise it.
    testTimeout: 20_000,
    passWithNoTests: false
  }
})
