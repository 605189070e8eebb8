/** `POST /dashboard/api/servers`: an operator drains, resumes, ejects or restores a server. It is written down who did. */
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import type { Change } from "@aiguilleur/core/Event"
import type { JournalKind } from "@aiguilleur/web/dashboard/wire/Live"
import type { Operation } from "@aiguilleur/web/dashboard/wire/Operation"
import { ByteSize, Clock, Effect, Layer, Schema } from "effect"
import { HttpRouter, HttpServerRequest } from "effect/http"
import { MaxBodySize } from "effect/http/HttpIncomingMessage"
import * as Access from "../Access.ts"
import { Guesses } from "../Guesses.ts"
import { malformed, unknownServer } from "../OpenAiError.ts"
import { json, refusal } from "../Reply.ts"
import { Live } from "./Live.ts"

const operations = ["drain", "resume", "eject", "restore"] as const satisfies ReadonlyArray<Operation>

const Order = Schema.Struct({ url: Schema.NonEmptyString, operation: Schema.Literals(operations) })

const changeOf = (operation: Operation, url: string): Change => {
  switch (operation) {
    case "drain":
    case "resume":
      return { _tag: "ServerDraining", url, draining: operation === "drain" }
    case "eject":
      return { _tag: "ServerEjected", url }
    case "restore":
      return { _tag: "ServerRestored", url }
  }
}

const kindOf: Readonly<Record<Operation, JournalKind>> = {
  drain: "draining",
  resume: "resumed",
  eject: "ejected-by-hand",
  restore: "restored-by-hand"
}

const expected = malformed(
  `Expected {"url": "…", "operation": ${operations.map((name) => `"${name}"`).join(" | ")}}.`
)

export const layer = HttpRouter.use(Effect.fnUntraced(function*(router) {
  const dispatcher = yield* Dispatcher
  const live = yield* Live
  const may = yield* Access.make
  const read = HttpServerRequest.schemaBodyJson(Order)

  yield* router.add("POST", "/dashboard/api/servers", (request) =>
    Effect.gen(function*() {
      const key = yield* may(request, "operator")
      if (Access.isRefused(key)) return refusal(key, request.url)
      const order = yield* Effect.option(Effect.provideService(read, MaxBodySize, ByteSize.kibibytes(4)))
      if (order._tag === "None") return refusal(expected, request.url)
      const { operation, url } = order.value
      const { servers } = yield* dispatcher.snapshot
      if (!servers.some((server) => server.url === url)) return refusal(unknownServer(url), request.url)
      yield* dispatcher.change(changeOf(operation, url))
      live.journal.write({ at: yield* Clock.currentTimeMillis, kind: kindOf[operation], server: url, by: key.name })
      yield* Effect.logInfo(`${key.name} (${key.caller.key}): ${operation} ${url}`)
      return json({ done: operation })
    }))
})).pipe(Layer.provide(Guesses.layer))
