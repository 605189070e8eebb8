/** What a configuration file says once it is decoded: plain values with every default filled in, and no clear secret. */
import type { Caller } from "@aiguilleur/core/Caller"
import type { Model } from "@aiguilleur/core/Model"
import type { Organisation } from "@aiguilleur/core/Organisation"
import type { Server } from "@aiguilleur/core/Server"
import type { Settings } from "@aiguilleur/core/Settings"
import type { Rights } from "@aiguilleur/store/Key"
import type { SttSettings } from "@aiguilleur/stt/Settings"
import type { Problem } from "./ConfigError.ts"

/** The listener and its bounds, all in bytes. */
export interface HttpLimits {
  readonly host: string
  readonly port: number
  /** One JSON body. */
  readonly maxBody: number
  /** All bodies held in memory at once. */
  readonly maxHeldBytes: number
  /** All file parts held in temporary files at once. */
  readonly maxSpooledBytes: number
  /** One multipart body. */
  readonly maxUpload: number
  /** Addresses and networks of proxies whose `x-forwarded-for` is believed. */
  readonly trustedProxies: ReadonlyArray<string>
  /** Whether `/metrics` wants a key with a viewer's rights. */
  readonly metrics: "key" | "open"
}

/** In milliseconds, like every duration in the core. */
export interface Timeouts {
  readonly firstByte: number
  readonly idle: number
  readonly total: number
  readonly shutdown: number
}

/** A key that exists from the start; `caller.key` is its id. */
export interface ConfiguredKey {
  readonly name: string
  readonly email?: string
  /** SHA-256 of the secret in lower-case hexadecimal; the secret itself is not kept. */
  readonly secretHash: string
  /** Its first characters, by which lists tell keys apart. */
  readonly prefix: string
  readonly caller: Caller
  /** Epoch milliseconds from which the key is refused. */
  readonly expires?: number
  /** Streaming requests that wait get comments with their position, without asking. */
  readonly waitEvents: boolean
  /** What its holder may see and do on the service's own pages; nothing when absent. */
  readonly rights?: Rights
}

/** What the file says about the transcription service; the environment comes first where both speak. */
export interface Transcription {
  readonly enabled: boolean
  readonly settings: Partial<SttSettings>
}

export interface Config {
  readonly http: HttpLimits
  readonly timeouts: Timeouts
  readonly settings: Settings
  readonly organisations: ReadonlyArray<Organisation>
  readonly models: ReadonlyArray<Model>
  readonly servers: ReadonlyArray<Server>
  readonly keys: ReadonlyArray<ConfiguredKey>
  readonly transcription: Transcription
  /** The demo's: its servers know nothing, and whoever looks at them is told. */
  readonly simulated?: boolean
  /** What loads but probably was not meant. */
  readonly warnings: ReadonlyArray<Problem>
}
