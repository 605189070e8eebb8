/** When whoever was turned away for want of a slot may best come back: after about the wait of a newcomer like it. */
import type { DispatchError, Reason } from "@aiguilleur/core/DispatchError"
import type { Wait } from "@aiguilleur/core/Outlook"
import { Option } from "effect"
import { ofDispatchError } from "./DispatchRefusal.ts"
import type { OpenAiError } from "./OpenAiError.ts"

const longest = 600

const crowded: ReadonlySet<Reason["_tag"]> = new Set<Reason["_tag"]>(["ThresholdReached", "PatienceSpent"])

export const isCrowded = ({ reason }: DispatchError): boolean => crowded.has(reason._tag)

/** In seconds, before jitter. */
const secondsOf = ({ p50 }: Wait): number => Math.max(1, Math.min(longest, Math.ceil(p50 / 1_000)))

export const withWait = (error: DispatchError, wait: Option.Option<Wait>): OpenAiError => {
  const told = ofDispatchError(error)
  return Option.match(wait, { onNone: () => told, onSome: (wait) => ({ ...told, retryAfter: secondsOf(wait) }) })
}
