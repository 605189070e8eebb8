/** Tells a stream that waits where it stands, in comments that every client of event streams passes over. */
import type { Dispatcher } from "@aiguilleur/core/Dispatcher"
import type { Forecast } from "@aiguilleur/core/Forecaster"
import type { Duration } from "effect"
import { Effect, Fiber, Option } from "effect"
import type { Passage } from "./Passage.ts"

const textOf = ({ position, wait }: Forecast): string =>
  `waiting ${
    JSON.stringify({ position, expected_wait_ms: wait?.p50 ?? null, expected_wait_p90_ms: wait?.p90 ?? null })
  }`

const announce = Effect.fnUntraced(function*(
  dispatcher: Dispatcher["Service"],
  { downstream, ticket }: Passage,
  every: Duration.Input
) {
  while (true) {
    const forecast = yield* dispatcher.forecast(ticket)
    if (Option.isSome(forecast)) {
      downstream.headEarly()
      downstream.comment(textOf(forecast.value))
    }
    yield* Effect.sleep(every)
  }
})

/** Says nothing about a request that is granted a server on arrival. */
export const during = <A, E, R>(
  run: Effect.Effect<A, E, R>,
  dispatcher: Dispatcher["Service"],
  passage: Passage,
  every: Duration.Input
): Effect.Effect<A, E, R> =>
  // The child starts after its parent has gone as far as it gets: by then the ticket waits, or waits no more.
  Effect.flatMap(Effect.forkChild(announce(dispatcher, passage, every)), (fiber) =>
    Effect.ensuring(run, Fiber.interrupt(fiber)))
