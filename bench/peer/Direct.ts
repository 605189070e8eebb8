/**
 * No proxy at all: what the load and the upstream could do if nothing stood between them.
 */
import type { Peer } from "../Peer.ts"

export const direct: Peer = {
  name: "direct",
  start: ({ upstream }) =>
    Promise.resolve({
      version: "no proxy",
      target: { pid: undefined, port: upstream, headers: {} },
      children: [],
      notes: ["direct: the load against the upstream, both on one core; the ceiling of any rate in this run"]
    })
}
