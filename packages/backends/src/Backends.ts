/** The driver of each kind of server. */
import type { Backend } from "@aiguilleur/core/Backend"
import type { Server, ServerKind } from "@aiguilleur/core/Server"
import { ServerKind as KindSchema } from "@aiguilleur/core/Server"
import { defaults } from "@aiguilleur/core/Settings"
import { Context, Effect, Layer, Schema } from "effect"
import type { HttpClient } from "effect/http"
import type { Driver, DriverSettings } from "./Driver.ts"
import * as OpenAi from "./OpenAi.ts"
import * as Vllm from "./Vllm.ts"

const drivers = {
  openai: OpenAi.make,
  vllm: Vllm.make
} satisfies Partial<Record<ServerKind, Driver>>

export type SupportedKind = keyof typeof drivers

/**
 * Kinds without a driver, and what to do meanwhile. A new kind breaks the build here until it has a line here or a
 * driver above, and a line that outlives its need breaks it too.
 */
const awaited: Record<Exclude<ServerKind, SupportedKind>, string> = {
  ollama: "use kind `openai` with Ollama's own URL: everything but its model list works",
  lmdeploy: "use kind `openai`: its load is then not read",
  whisper: "use kind `openai` for a server that speaks `/v1/audio/transcriptions`"
}

/** The configuration names a kind that has no driver. */
export class UnsupportedKind extends Schema.TaggedError<UnsupportedKind>()("UnsupportedKind", {
  server: Schema.String,
  kind: KindSchema,
  /** What to change. */
  message: Schema.String
}) {}

export const supported = (kind: ServerKind): kind is SupportedKind => Object.hasOwn(drivers, kind)

/** For the reading of a configuration: fails on the first server whose kind has no driver. */
export const check = ({ kind, url }: Pick<Server, "kind" | "url">): Effect.Effect<void, UnsupportedKind> =>
  supported(kind)
    ? Effect.void
    : Effect.fail(
      new UnsupportedKind({ server: url, kind, message: `no driver for kind \`${kind}\` yet: ${awaited[kind]}` })
    )

export class Backends extends Context.Service<Backends, {
  /** Total over servers that passed `check`; another is a defect. */
  readonly of: (kind: ServerKind) => Backend
}>()("@aiguilleur/backends/Backends") {
  static readonly layerOf = (
    settings: Partial<DriverSettings> = {}
  ): Layer.Layer<Backends, never, HttpClient.HttpClient> =>
    Layer.effect(
      Backends,
      Effect.gen(function*() {
        const built: Record<SupportedKind, Backend> = yield* Effect.all({
          openai: drivers.openai({ ...defaults, ...settings }),
          vllm: drivers.vllm({ ...defaults, ...settings })
        })
        return {
          of: (kind) => {
            if (supported(kind)) return built[kind]
            throw new UnsupportedKind({ server: "", kind, message: `no driver for kind \`${kind}\`` })
          }
        }
      })
    )

  static readonly layer = Backends.layerOf()
}
