/** What all relays share. */
import type { Backend } from "@aiguilleur/core/Backend"
import type { ServerKind } from "@aiguilleur/core/Server"
import type { Connections } from "./Connections.ts"
import type { Settings } from "./GatewaySettings.ts"
import type { Turn } from "./Turn.ts"

export interface RelayContext {
  readonly settings: Settings
  readonly connections: Connections
  readonly turn: Turn
  readonly backendOf: (kind: ServerKind) => Backend
  /** Scheme, host and port of a server. */
  readonly originOf: (url: string) => string
  /** Epoch milliseconds. */
  readonly now: () => number
}
