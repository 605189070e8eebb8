import { assert, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { page } from "./Page.ts"

it("docs/faults.md says what the matrix says (npm run faults writes it)", () => {
  const written = readFileSync(new URL("../../../../docs/faults.md", import.meta.url), "utf8")
  assert.isTrue(written === page(), "docs/faults.md has drifted: run npm run faults")
})
