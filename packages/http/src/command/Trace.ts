/** Usage rows as a trace for the laboratory: who asked what when, how long it was, and nothing of what it said. */
import type { UsageRow } from "@aiguilleur/store/UsageRow"

export const columns = [
  "at",
  "organisation",
  "key",
  "model",
  "priority",
  "routing_mode",
  "prompt_tokens",
  "output_tokens"
] as const

/** Of these the laboratory has no engine: their work is not counted in tokens. */
const silent = /^\/v1\/(?:audio|images)\//

/** What never became a request for a model that there is cannot be played again. */
const isPlayable = ({ endpoint, organisation, priority, strategy }: UsageRow): boolean =>
  strategy !== null && organisation !== null && priority !== null && !silent.test(endpoint ?? "")

/** In the order of `columns`; undefined for what the laboratory cannot play. */
export const cells = (row: UsageRow): ReadonlyArray<string | number | null> | undefined =>
  isPlayable(row)
    ? [
      new Date(row.arrivedAt).toISOString(),
      row.organisation,
      row.keyName ?? row.keyId,
      row.model,
      row.priority,
      row.routingMode,
      // A prompt that was not computed at all is not known, and none is empty.
      row.promptTokens === 0 ? null : row.promptTokens,
      row.outputTokens ?? (row.promptTokens === null ? null : 0)
    ]
    : undefined
