/** A small fleet for tests: servers, models and tickets with defaults, and requests that are held open by hand. */
import type { Caller } from "@aiguilleur/core/Caller"
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import type { DispatchError } from "@aiguilleur/core/DispatchError"
import type { Lease } from "@aiguilleur/core/Lease"
import type { Model } from "@aiguilleur/core/Model"
import { Outcome } from "@aiguilleur/core/Outcome"
import type { Server } from "@aiguilleur/core/Server"
import type { Settings } from "@aiguilleur/core/Settings"
import type { Ticket } from "@aiguilleur/core/Ticket"
import { Deferred, Effect, Fiber, Layer } from "effect"

export const server = (name: string, fields: Partial<Server> = {}): Server => ({
  url: `http://${name}`,
  kind: "vllm",
  organisation: "univ-a",
  site: name,
  maxConcurrent: 2,
  headroom: 0,
  ownerReserve: 0,
  priorityScheduling: false,
  ...fields
})

export const model = (servers: ReadonlyArray<Server>, fields: Partial<Model> = {}): Model => ({
  name: "m",
  engineName: "org/m",
  aliases: [],
  strategy: "least-busy",
  policy: "concurrent-requests",
  ttftThreshold: 500,
  patience: 570_000,
  servers: servers.map(({ url }) => url),
  ...fields
})

export const caller = (fields: Partial<Caller> = {}): Caller => ({
  key: "key-a",
  organisation: "univ-a",
  priority: 5,
  routingMode: "any",
  ...fields
})

export const ticket = (
  id: string,
  fields: Partial<Omit<Ticket, "caller">> & { readonly caller?: Partial<Caller> } = {}
): Ticket => ({
  model: "m",
  ...fields,
  id,
  caller: caller(fields.caller)
})

/** A dispatcher over this fleet whose servers have all answered once, unless they are named as cold. */
export const fleet = (
  servers: ReadonlyArray<Server>,
  models: ReadonlyArray<Model>,
  options: { readonly settings?: Partial<Settings>; readonly cold?: ReadonlyArray<Server> } = {}
): Layer.Layer<Dispatcher> =>
  Layer.effectDiscard(Effect.gen(function*() {
    const dispatcher = yield* Dispatcher
    yield* dispatcher.change(
      ...servers.map((server) => ({ _tag: "ServerChanged" as const, server })),
      ...models.map((model) => ({ _tag: "ModelChanged" as const, model }))
    )
    for (const { name, servers: urls } of models) {
      for (const server of servers) {
        if (!urls.includes(server.url) || options.cold?.includes(server) === true) continue
        const warming = ticket(`warm ${name} ${server.url}`, { model: name, caller: { sites: [server.site] } })
        yield* Effect.orDie(dispatcher.run(warming, () => Effect.succeed({ outcome: Outcome.Served(), value: 0 })))
      }
    }
  })).pipe(Layer.provideMerge(Dispatcher.layer(options.settings)))

/** One request under the test's control. */
export interface Held {
  readonly fiber: Fiber.Fiber<string, DispatchError>
  /** Leases it has been granted so far, the present one last. */
  readonly leases: ReadonlyArray<Lease>
  /** Ends the present use. */
  readonly end: (outcome?: Outcome) => Effect.Effect<void>
}

/** Sends a ticket; each lease it gets is held until `end`. */
export const hold = Effect.fnUntraced(function*(...[id, fields]: Parameters<typeof ticket>) {
  const dispatcher = yield* Dispatcher
  const leases: Array<Lease> = []
  const ends: Array<Deferred.Deferred<Outcome>> = []
  const use = Effect.fnUntraced(function*(lease: Lease) {
    const ended = yield* Deferred.make<Outcome>()
    leases.push(lease)
    ends.push(ended)
    return { outcome: yield* Deferred.await(ended), value: lease.server.url }
  })
  const fiber = yield* Effect.forkChild(dispatcher.run(ticket(id, fields), use))
  yield* settled
  const end = (outcome: Outcome = Outcome.Served()) => Effect.andThen(Deferred.succeed(ends.at(-1)!, outcome), settled)
  return { fiber, leases, end } satisfies Held
})

/** Lets every fiber that can run do so; no time passes. */
export const settled: Effect.Effect<void> = Effect.forEach(Array.from({ length: 5 }), () => Effect.yieldNow, {
  discard: true
})
