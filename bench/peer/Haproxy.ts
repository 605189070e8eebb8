/**
 * HAProxy on one thread, which never reads a body: the price of forwarding alone, in C.
 */
import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Child from "../Child.ts"
import type { Peer } from "../Peer.ts"

const config = (port: number, upstream: number) => `
global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout http-keep-alive 60s
  option http-no-delay
  http-reuse always
frontend bench
  bind 127.0.0.1:${port}
  default_backend engine
backend engine
  server engine 127.0.0.1:${upstream}
`

export const haproxy: Peer = {
  name: "haproxy",
  start: async ({ scratch, upstream }) => {
    const found = spawnSync("haproxy", ["-v"], { encoding: "utf8" })
    if (found.status !== 0) return "not installed"
    const port = await Child.freePort()
    const file = join(scratch, "haproxy.cfg")
    writeFileSync(file, config(port, upstream))
    const child = Child.start({ name: "haproxy", scratch, core: "proxy", command: ["haproxy", "-db", "-f", file] })
    return {
      version: /version (\S+)/.exec(found.stdout)?.[1] ?? "unknown",
      target: { pid: child.pid, port, headers: {} },
      children: [child],
      notes: []
    }
  }
}
