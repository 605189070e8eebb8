// Writes docs/faults.md from the fault matrix; `npm test` fails while the two differ.
import { writeFileSync } from "node:fs"
import { page } from "../packages/http/test/faults/Page.ts"

writeFileSync(new URL("../docs/faults.md", import.meta.url), page())
