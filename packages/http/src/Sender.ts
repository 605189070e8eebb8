/** The address that a request came from, behind the proxies that are trusted to tell. */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Effect, Option } from "effect"
import { HttpServerRequest } from "effect/http"
import type { IncomingMessage } from "node:http"
import { BlockList, isIP } from "node:net"

const family = (address: string) => isIP(address) === 6 ? "ipv6" : "ipv4"

/** IPv4 arrives in IPv6's clothes where a socket listens to both. */
const plain = (address: string): string => address.startsWith("::ffff:") ? address.slice(7) : address

/** Undefined unless it is an address, or one with the length of its network's prefix. */
export const networkOf = (text: string): { readonly address: string; readonly prefix: number } | undefined => {
  const [address = "", length, ...more] = text.split("/")
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)]!
  const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : -1
  return more.length > 0 || prefix < 0 || prefix > bits ? undefined : { address, prefix }
}

/**
 * Each proxy adds to the right of `x-forwarded-for` whom it heard; what stands left of the first one that is not
 * trusted, anybody may have written.
 */
export const make = (proxies: ReadonlyArray<string>): (request: IncomingMessage) => string => {
  const heard = ({ socket }: IncomingMessage) => plain(socket.remoteAddress ?? "")
  if (proxies.length === 0) return heard
  const trusted = new BlockList()
  for (const proxy of proxies) {
    const { address, prefix } = networkOf(proxy)!
    trusted.addSubnet(address, prefix, family(address))
  }
  const isTrusted = (address: string) => isIP(address) !== 0 && trusted.check(address, family(address))
  return (request) => {
    const told = request.headers["x-forwarded-for"]
    const chain = typeof told === "string" ? told.split(",") : []
    let sender = heard(request)
    while (isTrusted(sender)) {
      const before = plain(chain.pop()?.trim() ?? "")
      if (isIP(before) === 0) break
      sender = before
    }
    return sender
  }
}

/** To what Effect routes, the same is the remote address. */
export const told = (proxies: ReadonlyArray<string>) => {
  const senderOf = make(proxies)
  return <A, E, R>(routes: Effect.Effect<A, E, R | HttpServerRequest.HttpServerRequest>) =>
    proxies.length === 0
      ? routes
      : Effect.updateService(routes, HttpServerRequest.HttpServerRequest, (request) => {
        const sender = senderOf(NodeHttpServerRequest.toIncomingMessage(request) as IncomingMessage)
        return request.modify({ remoteAddress: Option.some(sender) })
      })
}
