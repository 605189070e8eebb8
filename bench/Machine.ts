/**
 * What a reader must know about where and with what the numbers were taken.
 */
import { execFileSync } from "node:child_process"
import { createRequire } from "node:module"
import { cpus, release } from "node:os"
import { cores } from "./Cpu.ts"

export const facts = (repository: string) => {
  const undici: { readonly version: string } = createRequire(import.meta.url)("undici/package.json")
  const git = (...args: Array<string>) => execFileSync("git", args, { cwd: repository, encoding: "utf8" }).trim()
  return {
    date: new Date().toISOString(),
    commit: git("describe", "--always", "--dirty"),
    machine: `${cpus().length} x ${cpus()[0]?.model ?? "?"}, ${process.platform} ${release()}`,
    node: process.version,
    undici: undici.version,
    pinning: cores === undefined
      ? "NOT pinned (no taskset, or one core): the load competes with the proxy"
      : `load and upstream on core ${cores.load}, proxy on core ${cores.proxy}`
  }
}
