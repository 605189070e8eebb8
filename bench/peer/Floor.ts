/**
 * The bare undici floor, which every ratio is measured against.
 */
import { join } from "node:path"
import * as Child from "../Child.ts"
import type { Peer } from "../Peer.ts"

export const floor: Peer = {
  name: "floor",
  start: async ({ profiling, repository, scratch, upstream }) => {
    const port = await Child.freePort()
    const server = join(repository, "bench/peer/FloorServer.ts")
    const command = [process.execPath, ...profiling("floor"), server, String(port), String(upstream)]
    const child = Child.start({ name: "floor", scratch, core: "proxy", command })
    return {
      version: `node ${process.version}, undici`,
      target: { pid: child.pid, port, headers: {} },
      children: [child],
      notes: []
    }
  }
}
