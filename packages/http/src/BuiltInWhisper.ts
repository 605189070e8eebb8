/** The Whisper that is built in, put into the fleet where no server of it transcribes. */
import type { Model } from "@aiguilleur/core/Model"
import type { Server } from "@aiguilleur/core/Server"
import * as LocalServer from "@aiguilleur/stt/embedded/LocalServer"
import { BuiltIn } from "@aiguilleur/stt/OwnWork"
import { Settings } from "@aiguilleur/stt/Settings"
import { Context, Effect, Layer, Redacted } from "effect"
import type { Config, Transcription } from "./config/Config.ts"

const name = "whisper"

/** What it adds to a configuration. */
export const Additions = Context.Reference<
  (config: Pick<Config, "models" | "servers">) => {
    readonly models: ReadonlyArray<Model>
    readonly servers: ReadonlyArray<Server>
  }
>("@aiguilleur/http/BuiltInWhisper/Additions", { defaultValue: () => () => ({ models: [], servers: [] }) })

const serverOf = ({ token, url }: LocalServer.LocalServer): Server => ({
  url,
  kind: "whisper",
  token: Redacted.make(token),
  organisation: "aiguilleur",
  site: "built-in",
  // It hears one thing at a time; a second one may be received meanwhile.
  maxConcurrent: 2,
  headroom: 0,
  ownerReserve: 0,
  priorityScheduling: false
})

const modelOf = ({ url }: LocalServer.LocalServer, taken: ReadonlySet<string>): Model => ({
  name,
  engineName: name,
  aliases: ["whisper-1"].filter((alias) => !taken.has(alias)),
  strategy: "round-robin",
  policy: "concurrent-requests",
  ttftThreshold: 60_000,
  patience: 570_000,
  servers: [url]
})

/** Started, and listening on loopback, before the fleet is there. */
export const layer = ({ settings }: Transcription) =>
  Layer.effectContext(Effect.gen(function*() {
    const { speechModel, workers } = yield* Settings
    if (speechModel !== undefined || !workers.transcription) return Context.empty()
    const local = yield* LocalServer.start
    const server = serverOf(local)
    return Context.make(Additions, ({ models, servers }) => {
      const taken = new Set(models.flatMap((model) => [model.name, ...model.aliases]))
      if (taken.has(name) || servers.some(({ kind }) => kind === "whisper")) return { models: [], servers: [] }
      return { models: [modelOf(local, taken)], servers: [server] }
    }).pipe(Context.add(BuiltIn, { model: name, ready: local.ready }))
  })).pipe(Layer.provide(Settings.layerConfig(settings)))
