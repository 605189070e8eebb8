/** Any `POST /v1/*` whose JSON body or form names a model: checked, queued, relayed. */
import { origin } from "@aiguilleur/backends/Address"
import { Backends } from "@aiguilleur/backends/Backends"
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import { DispatchError } from "@aiguilleur/core/DispatchError"
import type { Fiber } from "effect"
import { Cause, Clock, Effect, Exit, Layer } from "effect"
import { randomUUID } from "node:crypto"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Authenticated } from "./Authentication.ts"
import { authenticate, isRefused } from "./Authentication.ts"
import { Catalogue } from "./Catalogue.ts"
import { conclude } from "./Conclusion.ts"
import { Connections } from "./Connections.ts"
import { dialectOf } from "./Dialect.ts"
import { ofDispatchError } from "./DispatchRefusal.ts"
import { Downstream } from "./Downstream.ts"
import { asEventData } from "./EngineFailure.ts"
import { isKnown, isOurs } from "./GatewayPaths.ts"
import { GatewaySettings } from "./GatewaySettings.ts"
import { Guesses } from "./Guesses.ts"
import { HeldBytes } from "./HeldBytes.ts"
import { InFlight } from "./InFlight.ts"
import { receive } from "./Intake.ts"
import type { KeyEntry } from "./Keys.ts"
import { Keys } from "./Keys.ts"
import { Listener } from "./Listener.ts"
import { Metrics } from "./metrics/Metrics.ts"
import type { OpenAiError } from "./OpenAiError.ts"
import { internal, unknownPath, upstreamFailed } from "./OpenAiError.ts"
import { Passage } from "./Passage.ts"
import { Relay, type Relayed } from "./Relay.ts"
import type { RelayContext } from "./RelayContext.ts"
import { requestIdOf, unreadable } from "./RequestHead.ts"
import { isCrowded, withWait } from "./RetryAfter.ts"
import { ask } from "./TicketRequest.ts"
import { Turn } from "./Turn.ts"
import { Spool } from "./upload/Spool.ts"
import { UsageLog } from "./UsageLog.ts"
import * as WaitEvents from "./WaitEvents.ts"

const make = Effect.gen(function*() {
  const dispatcher = yield* Dispatcher
  const backends = yield* Backends
  const catalogue = yield* Catalogue
  const settings = yield* GatewaySettings
  const inFlight = yield* InFlight
  const keys = yield* Keys
  const guesses = yield* Guesses
  const listener = yield* Listener
  const fork = Effect.runForkWith(yield* Effect.context())
  const clock = yield* Clock.Clock
  const now = () => clock.currentTimeMillisUnsafe()
  const usageLog = yield* UsageLog
  const metrics = yield* Metrics
  const held = new HeldBytes(settings.maxHeldBytes)
  const spool = yield* Spool
  const connections = yield* Effect.acquireRelease(
    Effect.sync(() => new Connections(settings.connect)),
    (connections) => Effect.sync(() => connections.close())
  )
  const turn = new Turn()
  const context: RelayContext = {
    settings,
    turn,
    connections,
    backendOf: backends.of,
    originOf: origin,
    now
  }

  const refuse = ({ downstream, entry }: Passage, error: OpenAiError) => {
    if (entry === undefined) metrics.rejected(error.status)
    downstream.fail(error)
  }

  /** A mistake of ours: the caller is told that much, the log the rest. */
  const crashed = ({ downstream }: Passage, cause: Cause.Cause<unknown>) => {
    downstream.fail(internal)
    return Effect.logError("A request failed in the gateway", cause).pipe(
      Effect.annotateLogs({ requestId: downstream.requestId })
    )
  }

  const failed = (passage: Passage, cause: Cause.Cause<DispatchError>) => {
    if (Cause.hasInterruptsOnly(cause)) return Effect.void
    const { downstream, lastEngineAnswer } = passage
    const error = Cause.squash(cause)
    if (!(error instanceof DispatchError)) return crashed(passage, cause)
    passage.failure = error
    if (isCrowded(error)) {
      return Effect.map(dispatcher.newcomer(passage.request!), (wait) => downstream.fail(withWait(error, wait)))
    }
    if (error.reason._tag !== "AttemptsExhausted" || lastEngineAnswer === undefined) {
      downstream.fail(ofDispatchError(error))
    } else if (downstream.started) {
      downstream.fail(upstreamFailed, asEventData(lastEngineAnswer.body, downstream.dialect.body(upstreamFailed)))
    } else {
      const { body, headers, status } = lastEngineAnswer
      downstream.pass(status, headers, body)
    }
    return Effect.void
  }

  /** Gives what the client is still to be told. */
  const relayed = (
    passage: Passage,
    entry: KeyEntry
  ): Effect.Effect<OpenAiError | undefined, DispatchError> => {
    passage.arrive(now())
    const wishes = ask(catalogue, passage, entry)
    if ("status" in wishes) return Effect.succeed(wishes)
    const run = dispatcher.run(
      passage.request!,
      (lease) =>
        Effect.callback<Relayed>((resume) => {
          const relay = new Relay(context, passage, lease, resume)
          relay.start()
          return relay.withdraw
        })
    )
    return passage.body!.scanned.stream && passage.downstream.dialect.comments &&
        (wishes.waitEvents || entry.waitEvents)
      ? WaitEvents.during(run, dispatcher, passage, settings.waitEvents)
      : run
  }

  const concluded = (passage: Passage): void => {
    const ended = conclude(passage)
    if (ended !== undefined) usageLog.offer(ended)
  }

  /** Told once, however it ended, interruption included; an effect only where something is left to do. */
  const ended = (
    passage: Passage,
    exit: Exit.Exit<OpenAiError | undefined, DispatchError>
  ): Effect.Effect<void> | undefined => {
    try {
      if (Exit.isFailure(exit)) {
        return failed(passage, exit.cause).pipe(
          Effect.andThen(Effect.sync(() => concluded(passage))),
          Effect.catchCause((cause) => crashed(passage, cause))
        )
      }
      if (exit.value !== undefined) refuse(passage, exit.value)
      concluded(passage)
      return undefined
    } catch (defect) {
      return crashed(passage, Cause.die(defect))
    }
  }

  /** Has it end with its client, unless it has ended already. */
  const attach = (passage: Passage, fiber: Fiber.Fiber<unknown, unknown>): void => {
    if (fiber.pollUnsafe() === undefined) passage.proceed(fiber)
  }

  const run = (passage: Passage, effect: Effect.Effect<void>): void =>
    attach(
      passage,
      fork(Effect.catchCause(effect, (cause) => Cause.hasInterruptsOnly(cause) ? Effect.void : crashed(passage, cause)))
    )

  const dispatch = (passage: Passage, entry: KeyEntry): void => {
    // Its client may be gone since its body was complete: there is nothing yet that could have been given up.
    if (passage.abandoned) {
      passage.entry = entry
      passage.arrive(now())
      return concluded(passage)
    }
    attach(
      passage,
      fork(Effect.onExitPrimitive(Effect.suspend(() => relayed(passage, entry)), (exit) => ended(passage, exit)))
    )
  }

  /** Goes on with who it is: at once where the key is remembered, which is nearly always. */
  const identified = (
    request: IncomingMessage,
    passage: Passage,
    next: (entry: KeyEntry) => void
  ) => {
    const go = (authenticated: Authenticated) =>
      isRefused(authenticated) ? refuse(passage, authenticated) : next(authenticated)
    const known = authenticate(keys, guesses, request)
    if (Effect.isEffect(known)) run(passage, Effect.map(known, go))
    else go(known)
  }

  const admit = (request: IncomingMessage, response: ServerResponse, passage: Passage) => {
    const version = keys.versionUnsafe()
    identified(request, passage, (entry) => {
      if (!isKnown(passage)) return refuse(passage, unknownPath("POST", passage.path))
      const unread = unreadable(request, passage.endpoint)
      if (unread !== undefined) return refuse(passage, unread)
      receive(request, response, passage, settings, { held, spool }, (refused, lost) => {
        if (lost !== undefined) run(passage, Effect.logError("An upload could not be kept", lost))
        if (refused !== undefined) return refuse(passage, refused)
        const goOn = () => {
          // A body may take its time: what was changed about its key meanwhile counts.
          if (keys.versionUnsafe() === version) dispatch(passage, entry)
          else identified(request, passage, (entry) => dispatch(passage, entry))
        }
        // Whoever is alone has nobody to do anything together with.
        if (inFlight.sizeUnsafe() === 1) goOn()
        else turn.arrive(goOn)
      })
    })
  }

  const take = (request: IncomingMessage, response: ServerResponse): boolean => {
    if (!isOurs(request)) return false
    const { url = "" } = request
    const ticket = randomUUID()
    const downstream = new Downstream(response, requestIdOf(request) ?? ticket, dialectOf(url))
    const passage = new Passage(ticket, url, request.headers, downstream)
    const place = inFlight.add(passage)
    // However a request ends, its response closes.
    response.on("close", () => {
      held.release(passage.heldBytes)
      passage.upload?.discard()
      if (!response.writableEnded) passage.abandon()
      inFlight.delete(place)
    })
    try {
      admit(request, response, passage)
    } catch (defect) {
      run(passage, crashed(passage, Cause.die(defect)))
    }
    return true
  }

  yield* Effect.acquireRelease(Effect.sync(() => listener.server.take(take)), (leave) => Effect.sync(leave))
})

export const layer = Layer.effectDiscard(make).pipe(Layer.provide(Guesses.layer))
