// Writes deploy/grafana/dashboards from scripts/grafana; `npm test` fails while they differ.
import { mkdirSync, writeFileSync } from "node:fs"
import { json } from "./grafana/Dashboard.ts"
import { dashboards } from "./grafana/Dashboards.ts"

const folder = new URL("../deploy/grafana/dashboards/", import.meta.url)
mkdirSync(folder, { recursive: true })
for (const [file, dashboard] of Object.entries(dashboards)) writeFileSync(new URL(file, folder), json(dashboard))
