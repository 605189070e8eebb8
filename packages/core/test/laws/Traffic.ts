/** Random traffic through the Dispatcher: many fibers, interrupted anywhere, with uses that end in every way. */
import type { Caller } from "@aiguilleur/core/Caller"
import type { Attempt } from "@aiguilleur/core/Dispatcher"
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import type { Lease } from "@aiguilleur/core/Lease"
import { Outcome } from "@aiguilleur/core/Outcome"
import type { Ticket } from "@aiguilleur/core/Ticket"
import { Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { settled } from "../Fleet.ts"
import type { Dice } from "./Dice.ts"
import { dice } from "./Dice.ts"
import * as Generator from "./Generator.ts"
import { Ledger } from "./Ledger.ts"

/** What happened, seen from outside. */
export interface Account {
  readonly faults: ReadonlyArray<string>
  readonly arrivals: number
  readonly unfinished: number
}

const request = (from: Dice, id: string, caller: Caller): Ticket => ({
  id,
  model: from.pick(Generator.models),
  caller,
  priority: from.below(6),
  routingMode: from.pick(Generator.modes),
  ...(from.chance(0.5) ? { work: Generator.work(from) } : {}),
  ...(from.chance(0.2) ? { maxWait: from.pick([0, 50, 1_000, 20_000]) } : {})
})

export const traffic = Effect.fnUntraced(function*(seed: number) {
  const from = dice(seed)
  const { below, chance, perhaps, pick } = from
  const dispatcher = yield* Dispatcher
  const ledger = new Ledger()
  const faults: Array<string> = []
  const fibers: Array<Fiber.Fiber<unknown, unknown>> = []
  const callers = new Map<string, Caller>()
  let using = 0
  let arrivals = 0

  /** One of them, at any point of its life, even in the midst of the pass that grants it a server. */
  const strike = (): void => {
    if (fibers.length > 0) pick(fibers).interruptUnsafe()
  }

  const use = (lease: Lease): Effect.Effect<Attempt<number>, string> => {
    if (chance(0.03)) throw new Error("no effect")
    if (chance(0.1)) strike()
    const ms = chance(0.4) ? 0 : below(5_000)
    const outcome = chance(0.5) ? Outcome.Served() : pick(Generator.outcomes)(from)
    const way = chance(0.8)
      ? Effect.succeed({ outcome, value: ms })
      : chance(0.5)
      ? Effect.fail("no")
      : Effect.die("bug")
    const reports = Effect.sync(() => {
      if (chance(0.5)) lease.firstData(pick(Generator.ttfts))
      if (chance(0.5)) lease.charge(Generator.usage(from))
    })
    const body = ms === 0 ? way : Effect.sleep(ms).pipe(Effect.andThen(reports), Effect.andThen(way))
    return Effect.acquireUseRelease(Effect.sync(() => using++), () => body, () => Effect.sync(() => using--))
  }

  const acquire = (ticket: Ticket) =>
    Effect.scoped(Effect.flatMap(dispatcher.acquire(ticket), (lease) => Effect.suspend(() => use(lease))))

  const step = Effect.fnUntraced(function*() {
    if (chance(0.6)) {
      const caller = callers.get(pick(Generator.keys))
      if (caller === undefined) return
      const ticket = request(from, `t${++arrivals}`, caller)
      const fiber = yield* Effect.forkChild(chance(0.7) ? dispatcher.run(ticket, use) : acquire(ticket), {
        startImmediately: chance(0.5)
      })
      fibers.push(fiber)
      if (chance(0.05)) fiber.interruptUnsafe()
    } else if (chance(0.3)) strike()
    else if (chance(0.5)) {
      const changes = [
        chance(0.5) ? Generator.change(from) : Generator.observation(from),
        perhaps(() => Generator.observation(from))
      ]
      yield* dispatcher.change(...changes.filter((change) => change !== undefined))
      for (const change of changes) if (change?._tag === "KeyChanged") callers.set(change.caller.key, change.caller)
    } else yield* TestClock.adjust(below(3_000))
  })

  yield* Effect.forkChild(Stream.runForEach(dispatcher.notices, (notice) =>
    Effect.sync(() => {
      const fault = ledger.watch(notice)
      if (fault !== undefined) faults.push(fault)
    })))
  yield* settled
  for (const step of Generator.opening(from)) {
    if (step._tag !== "Change") continue
    yield* dispatcher.change(step.change)
    if (step.change._tag === "KeyChanged") callers.set(step.change.caller.key, step.change.caller)
  }
  const steps = 20 + below(60)
  for (let at = 0; at < steps; at++) {
    yield* step()
    if (chance(0.5)) continue
    yield* settled
    const { leases } = yield* dispatcher.snapshot
    if (leases !== using) faults.push(`${leases} leases are kept, ${using} are in use`)
  }
  // Patience, totals and uses all run out.
  for (let minute = 0; minute < 20; minute++) yield* TestClock.adjust("1 minute")
  yield* settled
  const { leases, servers, waiting } = yield* dispatcher.snapshot
  for (const { leases, url } of servers) if (leases > 0) faults.push(`${url} counts ${leases} slots that nobody holds`)
  if (leases + waiting + using > 0) faults.push(`${leases} leases, ${waiting} waiting and ${using} in use are left`)
  const fault = ledger.balance(0, 0)
  if (fault !== undefined) faults.push(fault)
  const unfinished = fibers.filter((fiber) => fiber.pollUnsafe() === undefined).length
  if (unfinished > 0) faults.push(`${unfinished} fibers never end`)
  return { faults, arrivals, unfinished } satisfies Account
})
