/** What held and what did not, as it happens. */

export interface Report {
  /** Runs one check; a text that it gives is shown beside it. */
  readonly check: (what: string, body: () => Promise<unknown>) => Promise<void>
  readonly skip: (what: string, why: string) => void
  readonly failed: () => number
  readonly summary: () => string
}

export const assert: (condition: unknown, message: string) => asserts condition = (condition, message) => {
  if (!condition) throw new Error(message)
}

export const make = (): Report => {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  return {
    check: async (what, body) => {
      const began = performance.now()
      try {
        const said = await body()
        counts.passed += 1
        const seconds = ((performance.now() - began) / 1000).toFixed(1)
        console.log(`  ✓ ${what} (${seconds} s)${typeof said === "string" ? `: ${said}` : ""}`)
      } catch (error) {
        counts.failed += 1
        console.log(`  ✗ ${what}: ${error instanceof Error ? error.message : String(error)}`)
      }
    },
    skip: (what, why) => {
      counts.skipped += 1
      console.log(`  – ${what} was not to be had: ${why}`)
    },
    failed: () => counts.failed,
    summary: () => `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} engines not to be had`
  }
}
