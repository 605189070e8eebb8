/** How the use of a lease ended, in the dispatcher's own terms (DESIGN §3.5). */
import { Data } from "effect"

export type Outcome = Data.TaggedEnum<{
  /** A complete 2xx answer. */
  Served: {}
  /** The engine's 4xx, passed through: the caller's fault. */
  Client: {}
  /** Refused, TLS or DNS failure, health 503: requeued, the server is ejected. */
  Down: {}
  /** 500, 502, 504, reset or timer before the first byte: one retry elsewhere. */
  Suspect: {}
  /** 429, 503, 529: requeued, the server is held off for `retryAfter` milliseconds, or by doubling. */
  Busy: { readonly retryAfter: number | undefined }
  /** 401, 403 or unknown model: our configuration is at fault; ejects the server, or its pair with this model. */
  Misconfigured: { readonly scope: "server" | "model" }
  /** Cut or idle after the first relayed byte: never retried. */
  Broken: {}
  /** The total time was spent. */
  Expired: {}
  /** The client left. */
  Withdrawn: {}
}>

export const Outcome = Data.taggedEnum<Outcome>()

/** Outcomes after which the ticket goes on, elsewhere or later, unless its attempts are spent. */
export const isRetriable = (outcome: Outcome): boolean =>
  outcome._tag === "Down" || outcome._tag === "Suspect" || outcome._tag === "Busy" || outcome._tag === "Misconfigured"
