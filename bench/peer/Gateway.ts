/**
 * Our gateway, with everything on that production has: keys, queue, lease, usage rows in a database.
 */
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Child from "../Child.ts"
import { tree } from "../Cpu.ts"
import type { Peer, Site } from "../Peer.ts"
import { model, path, request } from "../Wire.ts"

const secret = "bench-0123456789abcdef0123456789abcdef"

// One server with more slots than the load has connections: the queue is passed through, never waited in.
const config = (port: number, upstream: number) => `
http: { host: 127.0.0.1, port: ${port} }
organisations:
  - { name: bench, weight: 1 }
models:
  - name: ${model}
    model: ${model}
    strategy: round-robin
    policy: concurrent-requests
    servers:
      - url: "http://127.0.0.1:${upstream}"
        kind: vllm
        token: upstream-token
        organisation: bench
        site: loopback
        maxConcurrent: 10000
keys:
  - { name: bench, organisation: bench, priority: 1, threshold: 100000, secret: "${secret}", rights: viewer }
`

// What the environment says about another installation would make this run unlike the same run elsewhere.
const ignored = /^(?:AIGUILLEUR_CONFIG|DATABASE_URL|HOST|PORT|LOG_.*|OTEL_.*)$/

const environment = (data: string): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !ignored.test(name))),
  AIGUILLEUR_DATA: data,
  NODE_ENV: "production"
})

const ask = (port: number, secret: string) =>
  fetch(`http://127.0.0.1:${port}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${secret}` },
    body: new Uint8Array(request)
  })

/** The bars hold with auth, queue, lease and usage on, so what is on is looked at, not assumed. */
const inspect = async (name: string, port: number, pid: number): Promise<string> => {
  const { status } = await ask(port, "a-key-that-nobody-has")
  if (status !== 401) throw new Error(`${name}: an unknown key was answered ${status}, not 401`)
  const { headers } = await ask(port, secret)
  const leased = headers.get("x-aiguilleur-server") !== null
  const stored = tree(pid).length > 1
  return [
    `${name}: an unknown key is refused`,
    leased ? "answers name the server leased" : "NO SERVER IS NAMED in answers: was there a lease?",
    stored
      ? "a database runs below it, and its CPU is counted"
      : "NO DATABASE runs below it: keys and usage rows are in memory, so the bars are judged without their cost"
  ].join("; ")
}

/** `more` is set in its environment. */
const peer = (name: string, more: (site: Site) => NodeJS.ProcessEnv): Peer => ({
  name,
  start: async (site) => {
    const { profiling, repository, scratch, upstream } = site
    const main = join(repository, "packages/http/src/main.ts")
    if (!existsSync(main)) return "packages/http/src/main.ts does not exist yet"
    const port = await Child.freePort()
    const file = join(scratch, `${name}.yaml`)
    writeFileSync(file, config(port, upstream))
    const command = [process.execPath, ...profiling(name), main, "serve", "--config", file, "--port", String(port)]
    const env = { ...environment(join(scratch, `${name}-data`)), ...more(site) }
    const child = Child.start({ name, scratch, core: "proxy", command, env, cwd: repository })
    await Child.ready(child, Child.answers(`http://127.0.0.1:${port}/health/readiness`), 60)
    return {
      version: "this checkout",
      target: { pid: child.pid, port, headers: { authorization: `Bearer ${secret}` } },
      children: [child],
      notes: [await inspect(name, port, child.pid)]
    }
  }
})

export const gateway = peer("gateway", () => ({}))

/** The same with a span for each request, sent to the upstream, which takes anything for an answer. */
export const traced = peer("traced", ({ upstream }) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${upstream}`
}))
