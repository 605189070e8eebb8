/** The folder of an embedded server's data: made once, whole or not at all, and checked at each start. */
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { type Account, account } from "./Account.ts"
import { type Binaries, binaries } from "./Binaries.ts"
import { type EmbeddedReason, explain, Forbidden, NoBinaries, NotACluster, OtherMajor } from "./EmbeddedReason.ts"

export interface Cluster {
  /** `<AIGUILLEUR_DATA>/postgres`, absolute and without links. */
  readonly folder: string
  /** PostgreSQL's own data directory. */
  readonly data: string
  /** Folder of the Unix socket; undefined where there is none and the server listens on 127.0.0.1. */
  readonly sockets: string | undefined
  readonly log: string
  readonly account: Account | undefined
  readonly binaries: Binaries
  readonly password: string
}

/** The role that owns everything in an embedded server, and the name of its database. */
export const owner = "aiguilleur"

/** What our children inherit: nothing of ours that PostgreSQL might read as a setting (PGDATA, PGPORT, PGTZ…). */
export const environment = { PATH: process.env.PATH ?? "", LC_ALL: "C", TZ: "UTC", SystemRoot: process.env.SystemRoot }

/** `sun_path` has 108 bytes on Linux and 104 on macOS, and PostgreSQL adds its file's name. */
const longestSockets = 103 - "/.s.PGSQL.5432.lock".length

const socketsOf = (folder: string) => {
  const sockets = path.join(folder, "run")
  return process.platform === "win32" || Buffer.byteLength(sockets) > longestSockets ? undefined : sockets
}

const exists = (file: string) => fs.stat(file).then(() => true, () => false)

// Folders above ours that we had to make are opened for traversal, whatever the umask: PostgreSQL may run as
// another user. Folders that were there before are left as they are.
const make = async (folder: string) => {
  const first = await fs.mkdir(folder, { recursive: true })
  if (first === undefined) return
  let made = folder
  while (made !== first) {
    made = path.dirname(made)
    await fs.chmod(made, 0o755)
  }
}

const run = (program: string, args: ReadonlyArray<string>, as: Account | undefined) =>
  new Promise<{ readonly code: number | null; readonly output: string }>((resolve, reject) => {
    const child = spawn(program, args, { ...as, cwd: "/", env: environment, stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    child.stdout.on("data", (chunk) => output += chunk)
    child.stderr.on("data", (chunk) => output += chunk)
    child.once("error", reject)
    child.once("close", (code) => resolve({ code, output }))
  })

const initialise = async (folder: string, data: string, programs: Binaries, as: Account | undefined) => {
  // Made beside its place and renamed into it: a kill in the middle leaves no half of a cluster behind, and of two
  // processes that do this at once, one wins and the other one's is discarded.
  const draft = path.join(folder, `data.${process.pid}.${randomBytes(4).toString("hex")}.new`)
  const secret = `${draft}.password`
  try {
    await fs.writeFile(secret, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 })
    if (as !== undefined) await fs.chown(secret, as.uid, as.gid)
    const { code, output } = await run(programs.initdb, [
      `--pgdata=${draft}`,
      `--username=${owner}`,
      `--pwfile=${secret}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      // Compiled in, so that an index survives any change of the system's own collations.
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--no-instructions"
    ], as)
    if (code !== 0) throw new Error(output)
    await fs.rename(secret, path.join(draft, "password"))
    await fs.rename(draft, data)
  } catch (error) {
    if (!await exists(path.join(data, "PG_VERSION"))) throw error
  } finally {
    await fs.rm(draft, { recursive: true, force: true })
    await fs.rm(secret, { force: true })
  }
}

const own = async (folder: string, as: Account | undefined) => {
  const { uid } = await fs.stat(folder)
  const me = process.getuid?.()
  if (as !== undefined) {
    // A folder made just now, or a copy restored by root.
    if (uid !== as.uid) await run("chown", ["-R", `${as.uid}:${as.gid}`, folder], undefined)
  } else if (me !== undefined && uid !== me) {
    throw new Forbidden({ folder, detail: `it belongs to user ${uid}, and this is user ${me}` })
  }
  await fs.chmod(folder, 0o700)
}

const check = async (folder: string, data: string, programs: Binaries) => {
  const version = await fs.readFile(path.join(data, "PG_VERSION"), "utf8").catch(() => undefined)
  if (version === undefined) throw new NotACluster({ folder: data, detail: "it has no PG_VERSION file" })
  const found = version.trim()
  if (found !== programs.major) {
    const sockets = socketsOf(folder) ?? "127.0.0.1"
    throw new OtherMajor({ folder, found, brought: programs.major, sockets })
  }
}

const build = async (root: string, programs: Binaries, as: Account | undefined): Promise<Cluster> => {
  await make(root)
  const folder = await fs.realpath(root)
  await own(folder, as)
  const data = path.join(folder, "data")
  if (!await exists(data)) await initialise(folder, data, programs, as)
  await check(folder, data, programs)
  const sockets = socketsOf(folder)
  if (sockets !== undefined) {
    await fs.mkdir(sockets, { recursive: true, mode: 0o700 })
    if (as !== undefined) await fs.chown(sockets, as.uid, as.gid)
  }
  const password = (await fs.readFile(path.join(data, "password"), "utf8")).trim()
  return { folder, data, sockets, log: path.join(folder, "server.log"), account: as, binaries: programs, password }
}

const isReason = (cause: unknown): cause is EmbeddedReason =>
  cause instanceof Forbidden || cause instanceof NotACluster || cause instanceof OtherMajor

const translate = (folder: string, programs: Binaries, as: Account | undefined) => (cause: unknown): EmbeddedReason => {
  if (isReason(cause)) return cause
  const said = cause instanceof Error ? cause.message : String(cause)
  if (said.includes("ENOENT") && said.includes(programs.initdb)) return new NoBinaries({ detail: said })
  const reason = explain(folder, said)
  if (reason._tag !== "Forbidden" || as === undefined) return reason
  return new Forbidden({
    folder,
    detail: `${reason.detail} (we are root, so PostgreSQL runs as user ${as.uid}, who must be able to pass through ` +
      `every folder above this one and above ${programs.postgres})`
  })
}

/** Makes the folder and its cluster if there is none; two processes may do so at once. */
export const open = Effect.fnUntraced(function*(data: string): Effect.fn.Return<Cluster, EmbeddedReason> {
  const folder = path.resolve(data, "postgres")
  const programs = yield* binaries
  const as = yield* account(folder)
  return yield* Effect.tryPromise({
    try: () => build(folder, programs, as),
    catch: translate(folder, programs, as)
  })
})
