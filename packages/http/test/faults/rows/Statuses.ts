/** What an engine may answer instead of an answer. */
import { byFault, byScript } from "../Breaking.ts"
import type { Mode } from "../Column.ts"
import type { Playable } from "../Row.ts"
import * as Script from "../ScriptedEngine.ts"
import * as Verdict from "../Verdict.ts"

const fault = byFault("before the first byte")
const scripted = byScript("before the first byte")

const later = (mode: Mode) => ({
  client: Verdict.whole(mode),
  sdk: "completes",
  broken: "refused, finished",
  settled: "Busy, Served 4+5, released"
})

const tooLate = (mode: Mode) => ({ ...Verdict.error(mode, 504, "patience_spent"), settled: "Busy, evicted" })

export const rows: ReadonlyArray<Playable> = [
  fault("500", { status: 500 }, Verdict.suspect("refused", 500), { of: ["500, 502, 504"] }),
  fault("502", { status: 502 }, Verdict.suspect("refused", 502), { of: ["500, 502, 504"] }),
  fault("504", { status: 504 }, Verdict.suspect("refused", 504), { of: ["500, 502, 504"] }),
  ...[429, 503, 529].flatMap((status) => {
    const named = status === 429 ? undefined : { of: ["503, 529"] as const }
    return [
      fault(
        `${status} with Retry-After`,
        { status, retryAfter: 0.05 },
        Verdict.busy("refused", later),
        { times: 1, ...(named ?? { of: ["429 with Retry-After"] }) }
      ),
      fault(
        `${status} without Retry-After, and patience for less than the hold-off`,
        { status },
        Verdict.busy("refused", tooLate),
        { patience: 100, ...(named ?? { of: ["429 without Retry-After"] }) }
      )
    ]
  }),
  fault("401: our token", { status: 401 }, Verdict.misconfigured("refused"), { of: ["401, 403"] }),
  fault("403: our token", { status: 403 }, Verdict.misconfigured("refused"), { of: ["401, 403"] }),
  fault("404: the engine does not know the model", { unknownModel: true }, Verdict.misconfigured("refused"), {
    of: ["unknown model"]
  }),
  fault("400: the request", { status: 400 }, Verdict.client(400)),
  fault("404: what the request names", { status: 404 }, Verdict.client(404)),
  fault("422: the request", { status: 422 }, Verdict.client(422)),
  scripted(
    "a redirection",
    (socket) => void socket.end(Script.head(302, { location: "http://127.0.0.1:1/", "content-length": "0" })),
    Verdict.misconfigured("closed")
  )
]
