import { assert, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import type { AddressInfo } from "node:net"
import { layer, Listener } from "../src/Listener.ts"

it.live("answers 503 while it listens and nothing behind it is ready yet", () =>
  Effect.gen(function*() {
    const context = yield* Layer.build(layer({ host: "127.0.0.1", port: 0 }))
    const { port } = Context.get(context, Listener).server.address() as AddressInfo
    const response = yield* Effect.promise((signal) => fetch(`http://127.0.0.1:${port}/v1/models`, { signal }))
    assert.strictEqual(response.status, 503)
    assert.strictEqual(response.headers.get("retry-after"), "1")
    assert.include(yield* Effect.promise(() => response.text()), "\"code\":\"starting\"")
  }).pipe(Effect.scoped))
