/** What an answer or a fault means for ticket and server: the table of DESIGN §3.5, for every kind of engine. */
import type { Reply } from "@aiguilleur/core/Backend"
import { Outcome } from "@aiguilleur/core/Outcome"
import type { EngineError } from "./EngineError.ts"
import { namesUnknownModel, read } from "./EngineError.ts"

type Answer = Extract<Reply, { readonly _tag: "Answer" }>

/** How one engine departs from the table; `undefined` where it does not. */
export type Quirk = (status: number, error: EngineError) => Outcome | undefined

/** The connection never came about, or the network to the server is gone: whatever was sent went nowhere. */
const unreachable = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EAI_NODATA",
  "EAI_NONAME",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
  "UND_ERR_CONNECT_TIMEOUT",
  "EPROTO",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "PATH_LENGTH_EXCEEDED",
  "HOSTNAME_MISMATCH"
])

const tls = /^(?:CERT_|CRL_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN)/

/** Before sending, the connection failed while it was set up; afterwards the engine may have begun to work. */
const ambiguous = new Set(["ECONNRESET", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "UND_ERR_SOCKET"])

const down = Outcome.Down()
const suspect = Outcome.Suspect()
const served = Outcome.Served()
const client = Outcome.Client()
const ourServer = Outcome.Misconfigured({ scope: "server" })
const ourModel = Outcome.Misconfigured({ scope: "model" })

// A code that says nothing of the connection (an invalid header, a parser's complaint) may be the request's own doing,
// and must not eject one server after the other.
const fault = (code: string, sent: boolean): Outcome =>
  unreachable.has(code) || tls.test(code) || (!sent && ambiguous.has(code)) ? down : suspect

const busy = (retryAfter: number | undefined): Outcome =>
  Outcome.Busy({
    retryAfter: retryAfter !== undefined && Number.isFinite(retryAfter) && retryAfter >= 0 ? retryAfter : undefined
  })

const answer = ({ retryAfter, status }: Answer, error: EngineError): Outcome => {
  switch (status) {
    case 429:
    case 503:
    case 529:
      return busy(retryAfter)
    // Token, account and proxy of an engine are ours: callers have neither caused nor can cure what is wrong there.
    case 401:
    case 402:
    case 403:
    case 407:
      return ourServer
    case 404:
      return namesUnknownModel(error) ? ourModel : client
    // The engine lacks what was asked for; a second one would say the same, and nobody is ill.
    case 501:
      return client
  }
  if (status >= 500) return suspect
  if (status >= 400) return client
  // A redirection is never followed, since it would carry token and prompt elsewhere: the URL we were given is wrong.
  return ourServer
}

/** The table, with what one engine means by its own words put before it. */
export const classifyWith = (quirk: Quirk) => (reply: Reply): Outcome => {
  switch (reply._tag) {
    case "Timeout":
      return suspect
    case "Fault":
      return fault(reply.code, reply.sent)
    case "Answer": {
      if (reply.status >= 200 && reply.status < 300) return served
      const error = read(reply.body)
      return quirk(reply.status, error) ?? answer(reply, error)
    }
  }
}
