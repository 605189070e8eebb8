/** A gateway from a configuration file, on the database of the test, with requests that use it. */
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import type { Snapshot } from "@aiguilleur/core/Snapshot"
import { KeyCache } from "@aiguilleur/store/KeyCache"
import { UsageBuffer } from "@aiguilleur/store/UsageBuffer"
import { ConfigProvider, Context, Effect, Exit, Layer, Schedule, Scope } from "effect"
import * as fs from "node:fs/promises"
import type { AddressInfo } from "node:net"
import * as path from "node:path"
import { folder } from "../../store/test/support/Folder.ts"
import { load } from "../src/config/ConfigLoader.ts"
import { Listener } from "../src/Listener.ts"
import * as Program from "../src/Program.ts"
import { Reload } from "../src/reload/Reload.ts"

export const environment = { MOODLE: "secret-of-moodle-0123456789", LAB: "secret-of-lab-0123456789" }
export const moodle = environment.MOODLE
export const lab = environment.LAB

export interface Served {
  readonly url: string
  readonly file: string
  readonly dispatcher: Dispatcher["Service"]
  readonly usage: UsageBuffer["Service"]
  /** Keys in memory: from the first look-up that no change came between. */
  readonly remembered: () => number
  readonly snapshot: Effect.Effect<Snapshot>
  /** Puts another text in the file's place. */
  readonly write: (text: string) => Effect.Effect<void>
  /** Whether the file was applied. */
  readonly reload: Effect.Effect<boolean>
  readonly stop: Effect.Effect<void>
}

/** Without the transcription service, which few tests are about, unless its data have a folder. */
export const start = Effect.fnUntraced(function*(text: string, transcription?: { readonly data: string }) {
  const file = path.join(yield* folder, "aiguilleur.yaml")
  const write = (text: string) =>
    Effect.promise(() => fs.writeFile(file, /^http:/m.test(text) ? text : `http: { port: 0 }\n${text}`))
  yield* write(text)
  const loaded = yield* load(file, { environment })
  const config = transcription === undefined
    ? { ...loaded, transcription: { enabled: false, settings: {} } }
    : loaded
  const variables = transcription === undefined ? {} : { AIGUILLEUR_DATA: transcription.data }
  const scope = yield* Scope.make()
  const stop = Scope.close(scope, Exit.void)
  yield* Effect.addFinalizer(() => stop)
  const context = yield* Layer.buildWithScope(
    Layer.provideMerge(Reload.layer({ file, environment, running: config }), Program.layerStored(config)).pipe(
      Layer.provide(ConfigProvider.layerAdd(ConfigProvider.fromUnknown(variables), { asPrimary: true }))
    ),
    scope
  )
  const { port } = Context.get(context, Listener).server.address() as AddressInfo
  const cache = Context.get(context, KeyCache)
  const dispatcher = Context.get(context, Dispatcher)
  return {
    url: `http://127.0.0.1:${port}`,
    file,
    dispatcher,
    usage: Context.get(context, UsageBuffer),
    remembered: () => cache.size().keys,
    snapshot: dispatcher.snapshot,
    write,
    reload: Context.get(context, Reload).now,
    stop
  } satisfies Served
})

/** One chat completion; the body is read to its end. */
export const ask = (served: Served, key: string, model = "m", more: Record<string, unknown> = {}) =>
  Effect.promise(async (signal) => {
    const response = await fetch(`${served.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }], max_tokens: 2, ...more }),
      signal
    })
    return { status: response.status, server: response.headers.get("x-aiguilleur-server"), text: await response.text() }
  })

/** Waits for a fact that nobody announces; the test's own limit is the only clock. */
export const until = <E, R>(fact: Effect.Effect<boolean, E, R>): Effect.Effect<void, E, R> =>
  Effect.asVoid(Effect.repeat(fact, { schedule: Schedule.spaced("2 millis"), until: (holds) => holds }))

export const waiting = (served: Served, count: number) =>
  until(Effect.map(served.snapshot, (snapshot) => snapshot.waiting === count))
