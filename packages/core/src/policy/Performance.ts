/** A server takes more only while it answers soon: the slot rule, and p95 time to first token within the threshold. */
import { Layer } from "effect"
import type { Standing } from "../RequeuePolicy.ts"
import { RequeuePolicy } from "../RequeuePolicy.ts"

export const judge = ({ hasSlot, leases, ttft, ttftThreshold }: Standing): boolean =>
  // An idle server always takes one, or a slow spell could never be measured away.
  hasSlot && (leases === 0 || ttft === undefined || ttft <= ttftThreshold)

export const layer = Layer.succeed(RequeuePolicy, { judge })
