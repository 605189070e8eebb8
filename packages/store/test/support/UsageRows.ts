/** Usage rows that differ in everything that can differ. */
import type { UsageRow } from "../../src/UsageRow.ts"

export const row = (index: number): UsageRow => ({
  requestId: `request-${index}`,
  keyId: index % 7 === 0 ? null : `key-${index % 7}`,
  keyName: index % 7 === 0 ? null : "moodle",
  organisation: "univ-a",
  model: `model-${index % 3}`,
  endpoint: "/v1/chat/completions",
  server: index % 5 === 0 ? null : "http://10.0.0.1:8000",
  serverOrganisation: "univ-b",
  site: "dc1 “é”",
  stream: index % 2 === 0,
  arrivedAt: 1_800_000_000_000 + index,
  grantedAt: index % 5 === 0 ? null : 1_800_000_000_001 + index,
  firstByteAt: null,
  finishedAt: 1_800_000_001_000 + index,
  promptTokens: index,
  outputTokens: index % 4 === 0 ? null : 2 * index,
  audioSeconds: index % 2 === 0 ? null : 1.5,
  estimated: index % 11 === 0,
  strategy: "least-busy",
  policy: "performance",
  requeues: index % 3,
  attempts: 1,
  priority: 5,
  routingMode: "private-first",
  ending: index % 5 === 0 ? "evicted" : "released",
  reason: null,
  status: index % 5 === 0 ? 504 : 200,
  leasesAtGrant: 3,
  score: 12.25
})
