/** Which of the servers that would take a ticket gets it. */
import { Context } from "effect"
import type { Server } from "./Server.ts"

export interface Candidate {
  readonly server: Server
  /** Grows with each server ever added: a stable place in the round. */
  readonly ordinal: number
  readonly leases: number
  /** p95 time to first token in milliseconds, for the ticket's model; unknown if never measured. */
  readonly ttft: number | undefined
}

/** `candidates` is never empty; `turn` is the ordinal last served for this model; `roll` is in [0, 1). */
export interface Choice {
  readonly candidates: ReadonlyArray<Candidate>
  readonly turn: number
  readonly roll: number
}

/** A pure function behind a Layer: one of the candidates, and the same one for the same choice. */
export class Strategy extends Context.Service<Strategy, {
  readonly choose: (choice: Choice) => Candidate
}>()("@aiguilleur/core/Strategy") {}
