/** Which requests are the gateway's, by method and path, and which of those an engine may have. */
import * as Endpoint from "@aiguilleur/backends/Endpoint"
import type { IncomingMessage } from "node:http"
import type { Passage } from "./Passage.ts"

// An engine resolves dots and doubled slashes, and its other paths are none of a caller's business.
const printable = /^[\x21-\x7e]+$/
const sanePath = /^\/v1(?:\/[\w-]+(?:[.:][\w-]+)*)+\/?(?:\?[\x21\x22\x24-\x7e]*)?$/

/** Paths under /v1 by which an engine is administered, not used. */
const administration = /^\/v1\/(?:un)?load_lora_adapter\b/

/** Paths of engines outside of /v1. */
const otherPaths = new Set<string>(Object.values(Endpoint.paths).flat().filter((path) => !path.startsWith("/v1/")))

export const isOurs = ({ method, url }: IncomingMessage): boolean => {
  if (method !== "POST" || url === undefined) return false
  return url.startsWith("/v1/") || otherPaths.has(url.replace(/\?.*$/s, ""))
}

/** Of those: whether any engine may have it. */
export const isKnown = ({ endpoint, path }: Pick<Passage, "endpoint" | "path">): boolean => {
  if (Endpoint.isListed(path)) return true
  if (!path.startsWith("/v1/")) return endpoint !== undefined && printable.test(path)
  return sanePath.test(path) && !administration.test(path)
}
