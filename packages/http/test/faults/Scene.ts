/** Plays one cell of the matrix over real HTTP, and says what each side saw and what is left behind. */
import { Event } from "@aiguilleur/core/Event"
import type { Ticket } from "@aiguilleur/core/Ticket"
import { Effect, Exit, Scope } from "effect"
import { randomUUID } from "node:crypto"
import * as Raw from "../Raw.ts"
import * as Rig from "../Rig.ts"
import type { Actor } from "./Actor.ts"
import * as Actors from "./Actor.ts"
import * as ClientView from "./ClientView.ts"
import type { Fleet, Mode } from "./Column.ts"
import * as Remains from "./Remains.ts"
import type { Row, Seen } from "./Row.ts"

export interface Left {
  readonly leases: number
  readonly waiting: number
  readonly underWay: number
}

export interface Played {
  readonly seen: Seen
  /** In the gateway, while it is still up. */
  readonly left: Left
  /** Of sockets, after the gateway has stopped and while its servers live on. */
  readonly sockets: number
}

const unknown = (count: number | undefined) => count === undefined ? "?" : String(count)

const settledIn = (rig: Rig.Rig): string => {
  const request = rig.usage.last.at(-1)
  if (request === undefined) return "nothing"
  const attempts = request.attempts.map(({ completionTokens, outcome, promptTokens, reported }) => {
    if (reported) return `${outcome} ${unknown(promptTokens)}+${unknown(completionTokens)}`
    return (completionTokens ?? 0) === 0 ? outcome : `${outcome} about ${completionTokens}`
  })
  return [...attempts, request.ending].join(", ")
}

const ticket = (): Ticket => ({
  id: randomUUID(),
  model: "test-model",
  caller: { key: "key:holder", organisation: "univ-a", priority: 5, routingMode: "any" }
})

/** Takes the one slot of every server, so that what comes next waits; gives each back by its server's URL. */
const hold = Effect.fnUntraced(function*(rig: Rig.Rig, count: number) {
  const holds = new Map<string, Scope.Closeable>()
  for (let i = 0; i < count; i++) {
    const scope = yield* Scope.make()
    yield* Effect.addFinalizer(() => Scope.close(scope, Exit.fail("withdrawn")))
    const { server } = yield* Scope.provide(rig.dispatcher.acquire(ticket()), scope)
    holds.set(server.url, scope)
  }
  // Withdrawn, not served: a server that is out must not come back by this.
  return (url: string) => Effect.suspend(() => Scope.close(holds.get(url)!, Exit.fail("withdrawn")))
})

const send = (client: Raw.Raw, mode: Mode, more: Readonly<Record<string, unknown>>) => {
  const body = JSON.stringify(
    Rig.chat({ max_tokens: ClientView.asked, ...(mode === "answer" ? {} : { stream: true }), ...more })
  )
  const headers: Record<string, string> = { "content-length": String(Buffer.byteLength(body)), connection: "close" }
  if (mode === "early head") headers["x-wait-events"] = "1"
  client.write(Raw.head(Rig.secret, headers) + body)
}

/** One slot each, so that the order of things is known; comments once only, so that a timer left behind is seen. */
const rigOf = <A extends Actor>(row: Row<A>, fleet: Fleet, broken: A) =>
  Rig.make({
    actors: [broken.url],
    servers: fleet === "alone" ? [] : [{}],
    server: { maxConcurrent: 1 },
    settings: { waitEvents: 60_000, ...row.settings },
    dispatcher: { grace: 50, ...row.dispatcher },
    ...(row.patience === undefined ? {} : { patience: row.patience })
  })

export const play = Effect.fnUntraced(function*<A extends Actor>(row: Row<A>, mode: Mode, fleet: Fleet) {
  const before = Remains.held(["TCPSocketWrap"])["TCPSocketWrap"]!
  const broken = yield* row.actor
  const url = broken.url
  const rig = yield* rigOf(row, fleet, broken)
  const others = rig.servers.map(Actors.of)
  // It gets its trial, so that the request is what finds out.
  if (broken.outFromTheStart === true) {
    while ((yield* rig.dispatcher.snapshot).servers[0]!.state !== "ejected") yield* Effect.yieldNow
    yield* rig.dispatcher.change(Event.HealthChecked({ url, health: "up" }))
  }
  const client = yield* Raw.open(rig.port)
  const stage = { rig, broken, client, mode }
  if (row.arm !== undefined) yield* row.arm(stage)
  const release = yield* hold(rig, 1 + others.length)
  send(client, mode, row.body ?? {})
  while ((yield* rig.dispatcher.snapshot).waiting === 0) yield* Effect.yieldNow
  if (mode === "early head") yield* client.until((text) => text.includes(": waiting"))
  if (row.waiting !== undefined) yield* row.waiting(stage)
  // In one pass each: the first that is free is granted to the request, the second is there for its retry.
  yield* release(url)
  for (const other of others) yield* release(other.url)
  if (row.strike !== undefined) yield* row.strike(stage)
  const received = yield* client.closed
  yield* rig.inFlight.drained
  const endings = () => [broken, ...others].flatMap((actor) => actor.endings())
  yield* Remains.until(() => !endings().includes("open"))
  if (row.after !== undefined) yield* row.after(stage)
  const { leases, waiting } = yield* rig.dispatcher.snapshot
  const left = { leases, waiting, underWay: rig.inFlight.sizeUnsafe() }
  const seen: Seen = {
    client: client.left() ? "left" : ClientView.view(received, mode),
    sdk: client.left() ? "–" : yield* Effect.promise(() => ClientView.sdk(received, mode)),
    broken: broken.endings().join(", ") || "nothing",
    other: others[0]?.endings().join(", ") || "nothing",
    settled: settledIn(rig)
  }
  yield* rig.stop
  // What is known to linger is not waited for.
  const count = (kinds: Remains.Held) => kinds["TCPSocketWrap"]!
  const sockets = row.lingering === undefined ? count(yield* Remains.noMoreThan({ TCPSocketWrap: before })) : before
  return { seen, left, sockets: Math.max(0, sockets - before) } satisfies Played
})
