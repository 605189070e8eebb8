import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { Connections } from "../../src/Connections.ts"
import * as Remains from "./Remains.ts"
import * as SecureEngine from "./SecureEngine.ts"

it.live("A connection that is given up before it came about is closed at once", () =>
  Effect.gen(function*() {
    const before = Remains.held(["TCPSocketWrap", "TLSWrap"])
    const engine = yield* SecureEngine.silent
    const connections = new Connections(60_000)
    const connection = connections.fresh(engine.url)
    const failed = Promise.withResolvers<Error>()
    connection.dispatch({ method: "POST", path: "/", body: "{}" }, {
      onRequestStart: () => {},
      onResponseStart: () => {},
      onResponseData: () => {},
      onResponseEnd: () => {},
      onResponseError: (_, error) => failed.resolve(error)
    })
    assert.isTrue(yield* Remains.until(() => engine.sockets() === 1))
    connection.destroy()
    yield* Effect.promise(() => failed.promise)
    assert.isTrue(yield* Remains.until(() => engine.sockets() === 0))
    const after = yield* Remains.noMoreThan(before)
    assert.deepStrictEqual(after, before)
  }))
