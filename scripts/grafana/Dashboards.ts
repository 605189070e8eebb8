/** The dashboards under the names of their files in deploy/grafana/dashboards. */
import type { Dashboard } from "./Dashboard.ts"
import { overview } from "./Overview.ts"
import { servers } from "./Servers.ts"
import { transcription } from "./Transcription.ts"

export const dashboards: Readonly<Record<string, Dashboard>> = {
  "overview.json": overview,
  "servers.json": servers,
  "transcription.json": transcription
}
