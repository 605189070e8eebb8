/**
 * Portkey's gateway from npm, the other gateway written in TypeScript.
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Child from "../Child.ts"
import type { Peer } from "../Peer.ts"

const version = "1.15.2"

/** Installs it beside the product, never into it. */
const install = (peers: string): string | undefined => {
  mkdirSync(peers, { recursive: true })
  const manifest = join(peers, "package.json")
  if (!existsSync(manifest)) writeFileSync(manifest, `{ "private": true, "name": "aiguilleur-bench-peers" }\n`)
  const flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--save-exact", "--prefix", peers]
  const npm = spawnSync("npm", ["install", ...flags, `@portkey-ai/gateway@${version}`], {
    cwd: peers,
    encoding: "utf8",
    timeout: 120_000
  })
  return npm.status === 0 ? undefined : `npm install failed: ${(npm.stderr || String(npm.error)).slice(-300)}`
}

// The streaming answer is rebuilt around the headers of a fetch response, which are immutable; Portkey then appends its
// own to them and throws. A fresh copy of the headers is all that is missing.
const broken = ":new Response(p,e)}"
const mended = ":new Response(p,{status:e.status,statusText:e.statusText,headers:new Headers(e.headers)})}"

const patch = (build: string): string | undefined => {
  const source = readFileSync(join(build, "start-server.js"), "utf8")
  if (source.split(broken).length !== 2) return undefined
  const patched = join(build, "start-server.streaming.js")
  writeFileSync(patched, source.replace(broken, mended))
  return patched
}

export const portkey: Peer = {
  name: "portkey",
  start: async ({ peers, scratch, upstream }) => {
    const build = join(peers, "node_modules/@portkey-ai/gateway/build")
    const failure = existsSync(join(build, "start-server.js")) ? undefined : install(peers)
    if (failure !== undefined) return failure
    const headers = {
      authorization: "Bearer bench",
      "x-portkey-provider": "openai",
      "x-portkey-custom-host": `http://127.0.0.1:${upstream}/v1`
    }
    const launch = async (name: string, server: string) => {
      const port = await Child.freePort()
      const command = [process.execPath, server, `--port=${port}`, "--headless"]
      const env = { ...process.env, NODE_ENV: "production" }
      const child = Child.start({ name, scratch, core: "proxy", command, env })
      return { child, target: { pid: child.pid, port, headers } }
    }
    const plain = await launch("portkey", join(build, "start-server.js"))
    const patched = patch(build)
    if (patched === undefined) {
      const notes = [
        "portkey: as published; its build is not the one that the streaming patch knows, so streaming fails"
      ]
      return { version, target: plain.target, children: [plain.child], notes }
    }
    const streaming = await launch("portkey-streaming", patched)
    return {
      version,
      target: plain.target,
      streaming: streaming.target,
      children: [plain.child, streaming.child],
      notes: [
        "portkey: requests and latency as published; STREAMING IS PATCHED. As published it answers every streaming " +
        "request with a 500 (TypeError: immutable); the patch copies the response's headers once per request."
      ]
    }
  }
}
