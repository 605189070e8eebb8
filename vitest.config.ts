import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "scripts/test/**/*.test.ts"],
    // With TestClock a slow test is a hung one; suites over real sockets raise it themselves.
    testTimeout: 5000,
    passWithNoTests: false
  }
})
