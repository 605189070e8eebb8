/** A server that can be broken, whatever it is made of. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import type { Scope } from "effect"
import { Effect } from "effect"
import { engineToken } from "../Rig.ts"

export interface Actor {
  readonly url: string
  /** It fails every health check at once, so it is out before anybody asks. */
  readonly outFromTheStart?: true
  /** What became of each inference request that reached it, in their order; `open` while nothing has. */
  readonly endings: () => ReadonlyArray<string>
}

export interface Simulated extends Actor {
  readonly server: SimulatedServer.SimulatedServer
}

export const of = (server: SimulatedServer.SimulatedServer): Simulated => ({
  // Remembered: a server that has stopped still has its name.
  url: server.url,
  server,
  endings: () => server.requests.map(({ ending }) => ending ?? "open")
})

export const simulated = (options: SimulatedServer.Options = {}): Effect.Effect<Simulated, never, Scope.Scope> =>
  Effect.map(SimulatedServer.start({ token: engineToken, ...options }), of)
