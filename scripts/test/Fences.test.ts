import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** How many errors oxlint reports on one planted file. */
const reported = (file: string): number => {
  const { stdout } = spawnSync("oxlint", ["--format=json", `fixtures/lint/packages/${file}`], {
    cwd: root,
    encoding: "utf8"
  })
  return (JSON.parse(stdout) as { readonly diagnostics: ReadonlyArray<unknown> }).diagnostics.length
}

describe("the arrows between packages", () => {
  it.each([
    ["core/src/Forbidden.ts", 7],
    ["backends/src/Forbidden.ts", 3],
    ["store/src/Forbidden.ts", 2],
    ["stt/src/Forbidden.ts", 2],
    ["web/src/Forbidden.ts", 3],
    ["lab/src/engine/Forbidden.ts", 2],
    ["lab/src/face/Allowed.ts", 0]
  ])("are fences: %s has %i violations", (file, expected) => {
    assert.strictEqual(reported(file), expected)
  })
})
