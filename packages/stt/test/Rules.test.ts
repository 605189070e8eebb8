/** The page of rules says what the tests say. */
import { assert, it } from "@effect/vitest"
import * as fs from "node:fs"
import { page, read } from "./support/Rules.ts"

it("is written down in docs/transcription-api.md as the tests have it", () => {
  const written = fs.readFileSync(new URL("../../../docs/transcription-api.md", import.meta.url), "utf8")
  assert.strictEqual(written, page(), "run: npm run stt:rules")
  assert.isAbove(read().length, 50)
})
