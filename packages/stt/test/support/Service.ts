/** The service on a port of its own, over the embedded database, for tests over real HTTP. */
import * as Database from "@aiguilleur/store/Database"
import type { Role } from "@aiguilleur/store/embedded/Membership"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { PgClient } from "@effect/sql-pg/PgClient"
import { vi } from "@effect/vitest"
import { Context, Effect, Exit, Layer, Logger, Option, Redacted, Scope } from "effect"
import { HttpRouter } from "effect/http"
import * as fs from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as os from "node:os"
import * as path from "node:path"
import type { Choices } from "../../src/client/Client.ts"
import { Clients } from "../../src/client/Clients.ts"
import { scopes } from "../../src/client/Scope.ts"
import { all as steps } from "../../src/enrichment/Step.ts"
import { CleanUp } from "../../src/job/CleanUp.ts"
import type { ParameterName } from "../../src/parameter/Parameter.ts"
import { Parameters } from "../../src/parameter/Parameters.ts"
import * as Service from "../../src/Service.ts"
import { Settings, type SttSettings } from "../../src/Settings.ts"
import { Vault } from "../../src/Vault.ts"
import { OwnTasks } from "../../src/worker/OwnTasks.ts"

// A database and many sockets: a machine that is busy with other things may take its time over each test.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

export interface Rig {
  readonly url: string
  readonly folder: string
  readonly client: (id: string, choices?: Partial<Choices>) => Promise<string>
  readonly edit: (id: string, choices: Partial<Choices>, secret?: string) => Promise<void>
  readonly set: (name: ParameterName, value: number) => Promise<void>
  readonly webhookKey: (client: string) => Promise<string>
  /** As the service's own worker does with a piece of a transcription. */
  readonly keep: (enrichment: string, key: string, result: unknown) => Promise<void>
  readonly cleanUp: () => Promise<{ readonly failed: number; readonly deleted: number }>
  readonly query: <A extends object>(text: string, ...values: ReadonlyArray<unknown>) => Promise<ReadonlyArray<A>>
  readonly stop: () => Promise<void>
}

/** Short where something is waited for, long where a busy machine would be taken for a fault. */
const quick: Partial<SttSettings> = {
  retryBase: 20,
  cleanUpEvery: 3_600_000,
  webhook: { timeout: 60_000, delays: [20, 40] },
  fetch: { connect: 60_000, head: 60_000, idle: 60_000, total: 60_000 }
}

/** Over a database of its own, or as one more service over the data of another. */
export const start = async (
  settings: Partial<SttSettings> = {},
  data?: string,
  role: Role = "gateway"
): Promise<Rig> => {
  const folder = data ?? await fs.mkdtemp(path.join(os.tmpdir(), "stt-"))
  await fs.chmod(folder, 0o755)
  const scope = Scope.makeUnsafe()
  const server = createServer({ requestTimeout: 0 })
  const layer = HttpRouter.serve(Service.layer, {
    disableLogger: true,
    disableListenLog: true,
    routerConfig: { maxParamLength: 8192 }
  }).pipe(
    Layer.provideMerge(
      NodeHttpServer.layerServer(() => server, { port: 0, host: "127.0.0.1", gracefulShutdownTimeout: 1 })
    ),
    Layer.provideMerge(Settings.layerOf({ ...quick, folder: path.join(folder, "stt"), ...settings })),
    Layer.provideMerge(Database.layer({ data: folder, connections: 16, role })),
    Layer.provideMerge(Logger.layer(process.env.STT_LOG === undefined ? [] : [Logger.consolePretty()]))
  )
  const context = await Effect.runPromise(Layer.buildWithScope(layer, scope))
  const run = <A, E>(effect: Effect.Effect<A, E>) => Effect.runPromise(effect)
  const clients = Context.get(context, Clients)
  const sql = Context.get(context, PgClient)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    folder,
    client: async (id, choices = {}) => {
      await run(clients.create(id, Redacted.make(`${id}-secret`), { scopes, ...choices }))
      return `${id}-secret`
    },
    edit: async (id, choices, secret) => {
      await run(clients.edit(id, choices, secret === undefined ? undefined : Redacted.make(secret)))
    },
    set: (name, value) => run(Context.get(context, Parameters).set(name, value)),
    webhookKey: async (id) => {
      const client = Option.getOrThrow(await run(clients.find(id)))
      return Context.get(context, Vault).webhookKey(client.id, client.generation)
    },
    keep: (enrichment, key, result) =>
      run(
        Effect.flatMap(OwnTasks, (tasks) => tasks.keep(enrichment, steps[0]!, key, result)).pipe(
          Effect.provide(OwnTasks.layer),
          Effect.provide(context)
        )
      ),
    cleanUp: () => run(Context.get(context, CleanUp).run),
    query: (text, ...values) => run(sql.unsafe(text, values)) as never,
    stop: async () => {
      await run(Scope.close(scope, Exit.void))
      if (data === undefined) await fs.rm(folder, { recursive: true, force: true })
    }
  }
}
