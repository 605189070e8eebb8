/** `/health/liveness` and `/health/readiness`, for load balancers and orchestrators; neither needs a key. */
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import { Effect } from "effect"
import { HttpRouter } from "effect/http"
import { json } from "./Reply.ts"
import { Stopping } from "./Stopping.ts"

/** Ready while it accepts requests and at least one server could take one. */
export const layer = HttpRouter.use(Effect.fnUntraced(function*(router) {
  const dispatcher = yield* Dispatcher
  const stopping = yield* Stopping
  yield* router.add("GET", "/health/liveness", json({ status: "alive" }))
  yield* router.add(
    "GET",
    "/health/readiness",
    Effect.map(dispatcher.snapshot, ({ leases, servers, waiting }) => {
      const up = servers.filter(({ state }) => state === "up" || state === "half-open").length
      const status = stopping.begunUnsafe() ? "stopping" : up > 0 ? "ready" : "no server up"
      const body = { status, servers: servers.length, servers_up: up, waiting, leases }
      return json(body, status === "ready" ? 200 : 503)
    })
  )
}))
