/** Where a URL really leads: resolved once, checked, and pinned, so that no later answer of a name server matters. */
import { Effect } from "effect"
import ipaddr from "ipaddr.js"
import { lookup } from "node:dns/promises"
import * as net from "node:net"
import { FetchError } from "./FetchError.ts"
import type { FetchHosts } from "./FetchHosts.ts"

export interface Destination {
  readonly url: URL
  readonly address: string
  readonly port: number
}

const notAllowed = (detail: string) => new FetchError({ reason: "NotAllowed", detail })

/** All that IANA has given out of IPv6; beyond it lie forms of IPv4 such as `::127.0.0.1`. */
const allocated = ipaddr.IPv6.parseCIDR("2000::/3")

/** Addresses among the public ones that a cloud answers within: Azure's agent hands out credentials there. */
const inClouds = new Set(["168.63.129.16"])

/** Public unicast and nothing else: no loopback, private, link-local, metadata, mapped, translated or reserved range. */
export const isPublic = (address: string): boolean => {
  if (!ipaddr.isValid(address)) return false
  const plain = ipaddr.process(address)
  if (plain.range() !== "unicast" || inClouds.has(plain.toString())) return false
  return plain instanceof ipaddr.IPv4 || plain.match(allocated)
}

/** Web servers listen on these; a name that leads elsewhere is after another kind of service. */
const isWebPort = (port: number): boolean => port === 80 || port === 443 || port >= 1024

const portOf = (url: URL): number => url.port === "" ? url.protocol === "https:" ? 443 : 80 : Number(url.port)

const resolve = (host: string): Effect.Effect<ReadonlyArray<string>, FetchError> =>
  Effect.tryPromise({
    try: async () => (await lookup(host, { all: true })).map(({ address }) => address),
    catch: () => new FetchError({ reason: "Unresolved", detail: `${host} has no address` })
  })

export const resolved = Effect.fnUntraced(function*(
  url: URL,
  hosts: FetchHosts
): Effect.fn.Return<Destination, FetchError> {
  if (url.protocol !== "http:" && url.protocol !== "https:") return yield* notAllowed(`${url.protocol} is not fetched`)
  if (url.username !== "" || url.password !== "") return yield* notAllowed("a URL with a password is not fetched")
  const host = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "").toLowerCase()
  const mapped = hosts.get(host)
  if (mapped !== undefined) return { url, address: mapped.address, port: mapped.port ?? portOf(url) }
  const port = portOf(url)
  if (!isWebPort(port)) return yield* notAllowed(`port ${port} is not fetched`)
  const addresses = net.isIP(host) === 0 ? yield* resolve(host) : [host]
  // One private address among public ones is a trick, not a choice.
  if (addresses.length === 0 || !addresses.every(isPublic)) return yield* notAllowed(`${host} is not a public host`)
  return { url, address: addresses[0]!, port }
})
