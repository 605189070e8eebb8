/** The signal before a server: its lit lamp stands at a place of its own, so that colour is not all that tells it. */
import type { ServerRow } from "../wire/Live.ts"

export type Aspect = "open" | "full" | "caution" | "stop" | "shunt"

const places: Readonly<Record<Aspect, number>> = { stop: 4, caution: 10, open: 16, full: 16, shunt: 10 }

/** As the server stands for one model; without one, for all of its own. */
export const aspectOf = ({ heldOffUntil, pairs, state }: ServerRow, model?: string): Aspect => {
  if (state === "draining") return "shunt"
  if (state === "ejected") return "stop"
  const own = pairs.filter((pair) => model === undefined || pair.model === model)
  if (own.length > 0 && own.every(({ obstacle }) => obstacle === "unknown-model")) return "stop"
  if (state === "half-open" || heldOffUntil !== undefined) return "caution"
  if (own.some(({ obstacle, slowSince }) => obstacle === "slow" || slowSince !== undefined)) return "caution"
  return own.every(({ obstacle }) => obstacle === "full") && own.length > 0 ? "full" : "open"
}

export const Signal = ({ aspect }: { readonly aspect: Aspect }) => (
  <svg className={`signal ${aspect}`} viewBox="0 0 12 22" aria-hidden="true">
    <rect className="head" x="1" y="0.5" width="10" height="19" rx="5" />
    <path className="mast" d="M6 19.5v2.5" />
    {[4, 10, 16].map((y) => <circle key={y} className="lens" cx="6" cy={y} r="1.6" />)}
    <circle className="lamp" cx="6" cy={places[aspect]} r="2.9" />
  </svg>
)
