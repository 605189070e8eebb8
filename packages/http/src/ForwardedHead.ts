/** Which headers travel, in both directions: what is not named here stays behind, for engines are not trusted. */
import type { Rewrite } from "@aiguilleur/core/Backend"
import type { Server } from "@aiguilleur/core/Server"
import { Redacted } from "effect"
import { hash } from "node:crypto"
import type { IncomingHttpHeaders } from "node:http"
import type { FlatHeaders } from "./Downstream.ts"

/** From the client to the engine. Its key, its cookies and whatever a proxy added about it do not. */
const upstream = ["accept", "traceparent", "tracestate", "openai-beta", "anthropic-version", "anthropic-beta"]

/** Another for each send, and each a UUID: there are engines that refuse what is none, and that mix up what comes twice. */
export const sentAs = (ticket: string, earlier: number): string =>
  earlier === 0
    ? ticket
    : ticket.slice(0, -4) + ((Number.parseInt(ticket.slice(-4), 16) + earlier) & 0xffff).toString(16).padStart(4, "0")

export const toEngine = (
  headers: IncomingHttpHeaders,
  { token }: Rewrite,
  contentType: string,
  requestId: string
): FlatHeaders => {
  const flat: FlatHeaders = [
    "content-type",
    contentType,
    "accept-encoding",
    "identity",
    "user-agent",
    "aiguilleur",
    "x-request-id",
    requestId
  ]
  if (token !== undefined) flat.push("authorization", `Bearer ${Redacted.value(token)}`)
  for (const name of upstream) {
    const value = headers[name]
    if (typeof value === "string") flat.push(name, value)
  }
  return flat
}

/** From the engine to the client. The length is ours to say, since events may be dropped. */
const downstream = [
  "content-type",
  "content-encoding",
  "content-disposition",
  "content-language",
  "cache-control",
  "openai-processing-ms",
  "openai-model"
]

/** Received headers, each name in lower case. */
export type Received = Readonly<Record<string, string | Array<string> | undefined>>

export const toClient = (headers: Received): FlatHeaders => {
  const flat: FlatHeaders = []
  for (const name of downstream) {
    const value = headers[name]
    if (typeof value === "string") flat.push(name, value)
  }
  return flat
}

const labels = new WeakMap<Server, string>()

/** Tells servers of a site apart for whoever knows their URLs, and says nothing of them to others. */
export const labelOf = (server: Server): string => {
  const known = labels.get(server)
  if (known !== undefined) return known
  const label = `${server.site.replaceAll(/[^\w.-]/g, "_")}-${hash("sha256", server.url).slice(0, 6)}`
  labels.set(server, label)
  return label
}
