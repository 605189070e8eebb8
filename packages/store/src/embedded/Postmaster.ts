/** One PostgreSQL server process on a cluster: found by its `postmaster.pid`, started, stopped. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs/promises"
import * as net from "node:net"
import * as path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { type Cluster, environment } from "./Cluster.ts"

// Real time on purpose, here and in `Embedded`: what is waited for is a process of the system, which knows nothing
// of a test's clock.

export interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly status: string
  /** The file's text, to tell it from the file of another server later. */
  readonly text: string
}

const lockFile = (cluster: Cluster) => path.join(cluster.data, "postmaster.pid")

/** Lines: pid, data directory, start time, port, socket directory, listen address, shared memory, status. */
export const read = async (cluster: Cluster): Promise<Postmaster | undefined> => {
  const text = await fs.readFile(lockFile(cluster), "utf8").catch(() => undefined)
  if (text === undefined) return undefined
  const lines = text.split("\n")
  return { pid: Number(lines[0]), port: Number(lines[3] || 5432), status: (lines[7] ?? "").trim(), text }
}

const responds = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

/**
 * Whether the process is alive and is a PostgreSQL server on this cluster: after a reboot or in a new container the
 * recorded pid often belongs to someone else, and PostgreSQL itself would then refuse to start.
 */
export const isAlive = async (cluster: Cluster, pid: number): Promise<boolean> => {
  if (!Number.isInteger(pid) || pid <= 0 || !responds(pid)) return false
  if (process.platform !== "linux") return true
  const [command, state] = await Promise.all([
    fs.readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""),
    fs.readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")
  ])
  // A zombie answers signals too; its state follows its name, which is in parentheses.
  const dead = state === "" || state.slice(state.lastIndexOf(")") + 2).startsWith("Z")
  if (dead) return false
  // Started by hand it may have been given another spelling of the folder, but it always works inside it.
  const inside = await fs.readlink(`/proc/${pid}/cwd`).catch(() => "")
  return inside === cluster.data || command.split("\0").includes(cluster.data)
}

/** Removes what a server that was killed left behind, unless another one has taken its place. */
export const clear = async (cluster: Cluster, stale: Postmaster): Promise<void> => {
  const now = await read(cluster)
  if (now === undefined || now.text !== stale.text) return
  await fs.rm(lockFile(cluster), { force: true })
  if (cluster.sockets === undefined) return
  await fs.rm(path.join(cluster.sockets, `.s.PGSQL.${stale.port}`), { force: true })
  await fs.rm(path.join(cluster.sockets, `.s.PGSQL.${stale.port}.lock`), { force: true })
}

const bind = async (wanted: number) => {
  const probe = net.createServer().listen(wanted, "127.0.0.1")
  await once(probe, "listening")
  const { port } = probe.address() as net.AddressInfo
  probe.close()
  await once(probe, "close")
  return port
}

// The port of the last start is kept where possible, so that a pool survives a restart of the server.
const choosePort = async (cluster: Cluster) => {
  const record = path.join(cluster.folder, "port")
  const last = Number(await fs.readFile(record, "utf8").catch(() => "0"))
  const port = await bind(last).catch(() => bind(0))
  await fs.writeFile(record, `${port}\n`)
  return port
}

const logLimit = 10_000_000

/**
 * Starts a server and waits until it is ready. Undefined if it was, else what it said. A server that recovers from a
 * crash takes the time it needs.
 */
export const start = async (cluster: Cluster, settings: Readonly<Record<string, string>>) => {
  const { size } = await fs.stat(cluster.log).catch(() => ({ size: 0 }))
  if (size > logLimit) await fs.rename(cluster.log, `${cluster.log}.1`)
  const log = await fs.open(cluster.log, "a", 0o600)
  if (cluster.account !== undefined) await log.chown(cluster.account.uid, cluster.account.gid)
  const before = (await log.stat()).size
  const port = cluster.sockets === undefined ? await choosePort(cluster) : 5432
  const options = {
    listen_addresses: cluster.sockets === undefined ? "127.0.0.1" : "",
    unix_socket_directories: cluster.sockets ?? "",
    unix_socket_permissions: "0700",
    log_line_prefix: "%m [%p] ",
    ...settings
  }
  const args = Object.entries(options).flatMap(([name, value]) => ["-c", `${name}=${value}`])
  // A session of its own: Ctrl-C in our terminal must not stop it before we have drained.
  const child = spawn(cluster.binaries.postgres, ["-D", cluster.data, "-p", String(port), ...args], {
    ...cluster.account,
    cwd: "/",
    env: environment,
    detached: true,
    stdio: ["ignore", log.fd, log.fd]
  })
  let said: string | undefined
  let ended = false
  child.once("error", (error) => said = error.message)
  child.once("exit", () => ended = true)
  child.unref()
  try {
    while (true) {
      // The exit is looked at before the file: a server that ends removes its file.
      if (ended) said ??= (await fs.readFile(cluster.log)).subarray(before).toString("utf8") || "it ended silently"
      if (said !== undefined) return said
      const found = await read(cluster)
      if (found?.pid === child.pid && found?.status === "ready") return undefined
      await sleep(10)
    }
  } finally {
    await log.close()
  }
}

/** Fast shutdown first: it ends sessions and writes everything; then what only costs a recovery at the next start. */
const manners: ReadonlyArray<readonly [NodeJS.Signals, number]> = [["SIGINT", 15_000], ["SIGQUIT", 5_000], [
  "SIGKILL",
  5_000
]]

/** Stops the server and returns when its process is gone. */
export const stop = async (cluster: Cluster, pid: number): Promise<void> => {
  for (const [signal, patience] of manners) {
    if (!await isAlive(cluster, pid)) return
    if (process.platform === "win32") {
      // Windows has no signals; killing would cost a recovery.
      await once(spawn(cluster.binaries.control, ["stop", "-D", cluster.data, "-m", "fast"]), "exit")
    } else {
      process.kill(pid, signal)
    }
    for (const until = Date.now() + patience; Date.now() < until && await isAlive(cluster, pid);) await sleep(10)
  }
}
