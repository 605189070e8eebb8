/** The bounds and durations that the gateway works with; bytes and milliseconds. */
import { Context, Layer } from "effect"

export interface Settings {
  /** One JSON body. */
  readonly maxBody: number
  /** All bodies that wait in memory. */
  readonly maxHeldBytes: number
  /** One form. */
  readonly maxUpload: number
  /** Of a form, what is kept in memory at most: one that is larger waits in a temporary file. */
  readonly uploadInMemory: number
  /** For the whole of a form, however steadily it comes. */
  readonly uploadTotal: number
  /** Until there is a connection to a server. */
  readonly connect: number
  /** From sending to the first data event, for streams. */
  readonly firstByte: number
  /** Between two pieces of an answer that has begun. */
  readonly idle: number
  /** From the first grant, retries included. */
  readonly total: number
  /** What running streams get to finish in when the service stops. */
  readonly shutdown: number
  readonly bestPriority: number
  /** For the whole of a JSON body, however steadily it comes. */
  readonly bodyTotal: number
  /** Addresses and networks of proxies whose word on whom they speak for is taken. */
  readonly trustedProxies: ReadonlyArray<string>
  /** Keys that nobody has, from one address, before it has to wait between them; `Infinity` for any number. */
  readonly wrongKeys: number
  /** Between two pieces of a request body. */
  readonly bodyIdle: number
  /** How much of an answer is held back until its end, so that a cut before it can be retried elsewhere. */
  readonly withheld: number
  /** Between two comments to a stream that waits. */
  readonly waitEvents: number
}

export const defaults: Settings = {
  maxBody: 32 * 1024 * 1024,
  maxHeldBytes: 512 * 1024 * 1024,
  maxUpload: 500 * 1024 * 1024,
  uploadInMemory: 1024 * 1024,
  uploadTotal: 3_600_000,
  connect: 5_000,
  firstByte: 300_000,
  idle: 60_000,
  total: 600_000,
  shutdown: 30_000,
  bestPriority: 5,
  bodyTotal: 300_000,
  trustedProxies: [],
  wrongKeys: 20,
  bodyIdle: 30_000,
  withheld: 256 * 1024,
  waitEvents: 1_000
}

export class GatewaySettings extends Context.Service<GatewaySettings, Settings>()("@aiguilleur/http/GatewaySettings") {
  static readonly layerOf = (settings: Partial<Settings> = {}): Layer.Layer<GatewaySettings> =>
    Layer.succeed(GatewaySettings, { ...defaults, ...settings })
}
