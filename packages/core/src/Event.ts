/** Everything that can happen to the dispatcher. `apply` takes an event and its time, and nothing else changes state. */
import { Data } from "effect"
import type { Health } from "./Backend.ts"
import type { Caller } from "./Caller.ts"
import type { Reason } from "./DispatchError.ts"
import type { Load } from "./Load.ts"
import type { Model } from "./Model.ts"
import type { Organisation } from "./Organisation.ts"
import type { Outcome } from "./Outcome.ts"
import type { Server } from "./Server.ts"
import type { Ticket } from "./Ticket.ts"
import type { Usage } from "./Work.ts"

/** What the outside may tell the dispatcher at any moment: configuration, observation, shutdown. */
export type Change = Data.TaggedEnum<{
  OrganisationChanged: { readonly organisation: Organisation }
  OrganisationRemoved: { readonly name: string }
  /** Waiting tickets of the key get their rights derived again; leases continue. */
  KeyChanged: { readonly caller: Caller }
  /** Waiting tickets of the key fail. */
  KeyRevoked: { readonly key: string }
  /** Added, or changed in place. */
  ServerChanged: { readonly server: Server }
  /** A draining server takes no more and finishes what it has; it can be resumed. */
  ServerDraining: { readonly url: string; readonly draining: boolean }
  /** By an operator: out at once and until restored, whatever answers and health checks say; leases continue. */
  ServerEjected: { readonly url: string }
  /** By an operator: whatever keeps it out ends now, and it is half-open, but for draining. */
  ServerRestored: { readonly url: string }
  /** Leaves the configuration: forgotten when its last lease ends. */
  ServerRemoved: { readonly url: string }
  ModelChanged: { readonly model: Model }
  /** Waiting tickets of the model fail. */
  ModelRemoved: { readonly name: string }
  LoadSampled: { readonly url: string; readonly model: string; readonly load: Load }
  HealthChecked: { readonly url: string; readonly health: Health }
  /** Waiting tickets fail and arrivals are refused; leases continue. */
  Stopping: {}
}>

export type Event =
  | Change
  | Data.TaggedEnum<{
    Arrived: { readonly ticket: Ticket }
    /** The first decision after their arrival left the newcomers waiting: their first requeue. */
    Held: {}
    /** `candidates`: how many servers would have taken it. */
    Granted: { readonly ticket: string; readonly url: string; readonly candidates: number }
    Ended: { readonly ticket: string; readonly reason: Reason }
    /** The client of a waiting ticket left. */
    Withdrawn: { readonly ticket: string }
    /** First data event of a successful stream, `ttft` milliseconds after sending. */
    FirstData: { readonly lease: number; readonly ttft: number }
    /** `retry`: the ticket goes on if the outcome allows it. `usage`: what the engine has done, if anything. */
    Released: {
      readonly lease: number
      readonly outcome: Outcome
      readonly usage: Usage | undefined
      readonly retry: boolean
    }
  }>

export const Event = Data.taggedEnum<Event>()
