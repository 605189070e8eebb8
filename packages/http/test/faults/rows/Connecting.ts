/** What may happen before there is a connection to the server. */
import { Effect } from "effect"
import { simulated } from "../Actor.ts"
import { modes } from "../Column.ts"
import * as Remains from "../Remains.ts"
import type { Playable } from "../Row.ts"
import { row } from "../Row.ts"
import * as SecureEngine from "../SecureEngine.ts"
import * as Verdict from "../Verdict.ts"

const when = "connecting" as const

export const rows: ReadonlyArray<Playable> = [
  row({
    what: "the connection is refused",
    of: ["refused"],
    when,
    modes,
    actor: simulated(),
    waiting: ({ broken }) => broken.server.kill,
    seen: Verdict.down()
  }),
  row({
    what: "the name does not resolve",
    of: ["DNS"],
    when,
    modes,
    // A label of more than 63 characters: refused by the resolver's own rules, without asking anybody.
    actor: Effect.succeed({ url: `http://${"x".repeat(64)}.invalid:8000`, outFromTheStart: true, endings: () => [] }),
    seen: Verdict.down()
  }),
  row({
    what: "TLS: a certificate that nobody vouches for",
    of: ["TLS"],
    when,
    modes,
    actor: SecureEngine.untrusted,
    seen: Verdict.down()
  }),
  row({
    what: "TLS: the server speaks none",
    of: ["TLS"],
    when,
    modes,
    actor: SecureEngine.plain,
    seen: Verdict.down()
  }),
  row({
    what: "TLS: the handshake is never answered",
    of: ["TLS", "stall"],
    when,
    modes,
    actor: SecureEngine.silent,
    settings: { connect: 200 },
    lingering: "a health check's own handshake",
    seen: Verdict.down()
  }),
  row({
    what: "the client leaves during the handshake",
    of: ["the client leaves"],
    when,
    modes,
    actor: SecureEngine.silent,
    lingering: "a health check's own handshake",
    strike: ({ broken, client }) =>
      Effect.gen(function*() {
        const before = broken.accepted()
        yield* Remains.until(() => broken.accepted() > before, 200)
        client.destroy()
      }),
    seen: Verdict.withdrawn("nothing")
  })
]
