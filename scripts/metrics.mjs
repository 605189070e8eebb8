// Writes docs/metrics.md from the definitions of the metrics; `npm test` fails while the two differ.
import { writeFileSync } from "node:fs"
import { page } from "../packages/http/src/metrics/MetricsPage.ts"

writeFileSync(new URL("../docs/metrics.md", import.meta.url), page())
