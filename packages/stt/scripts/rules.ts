/** Writes `docs/transcription-api.md` from the marks above the tests. */
import * as fs from "node:fs"
import { page } from "../test/support/Rules.ts"

fs.writeFileSync(new URL("../../../docs/transcription-api.md", import.meta.url), page())
