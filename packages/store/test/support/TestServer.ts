/** The two kinds of server that the store must work on, each with its power switch. */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import { Context, Effect, Layer, Redacted, Scope } from "effect"
import { execFile } from "node:child_process"
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import * as net from "node:net"
import * as path from "node:path"
import { promisify } from "node:util"
import type { Options } from "../../src/Database.ts"
import * as Embedded from "../../src/Embedded.ts"
import { account } from "../../src/embedded/Account.ts"
import { open } from "../../src/embedded/Cluster.ts"
import * as Postmaster from "../../src/embedded/Postmaster.ts"
import { folder } from "./Folder.ts"

const execute = promisify(execFile)

export class TestServer extends Context.Service<TestServer, {
  readonly options: Options
  readonly stop: Effect.Effect<void>
  readonly start: Effect.Effect<void>
}>()("@aiguilleur/store/test/TestServer") {}

/** As a command uses it: nobody restarts it behind the test's back. */
export const embedded = Layer.effect(
  TestServer,
  Effect.gen(function*() {
    const data = yield* folder
    const scope = yield* Effect.scope
    const join = Effect.asVoid(Embedded.make({ data, role: "cli" })).pipe(
      Scope.provide(scope),
      Effect.orDie
    )
    yield* join
    const cluster = yield* Effect.orDie(open(data))
    const stop = Effect.promise(async () => {
      const found = await Postmaster.read(cluster)
      if (found !== undefined) await Postmaster.stop(cluster, found.pid)
    })
    return TestServer.of({ options: { data, role: "cli" }, stop, start: join })
  })
)

const versions = () => {
  try {
    return fs.readdirSync("/usr/lib/postgresql").map((version) => `/usr/lib/postgresql/${version}/bin`)
  } catch {
    return []
  }
}

/** Debian's programs, newest last. */
export const installed = versions().findLast((bin) => fs.existsSync(path.join(bin, "initdb")))

export const givenUrl = process.env.AIGUILLEUR_TEST_DATABASE_URL

export const freePort = Effect.callback<number>((resume) => {
  const probe = net.createServer().listen(0, "127.0.0.1", () => {
    const { port } = probe.address() as net.AddressInfo
    probe.close(() => resume(Effect.succeed(port)))
  })
})

export interface System {
  readonly port: number
  readonly password: string
  readonly data: string
  readonly stop: Effect.Effect<void>
  readonly start: Effect.Effect<void>
}

/** A cluster of the system's PostgreSQL on a loopback port; `prepare` may change its files before it starts. */
export const system = (
  bin: string,
  prepare: (data: string) => void = () => {}
): Effect.Effect<System, never, Scope.Scope> =>
  Effect.gen(function*() {
    const root = yield* folder
    const as = yield* Effect.orDie(account("/nowhere"))
    if (as !== undefined) fs.chownSync(root, as.uid, as.gid)
    const port = yield* freePort
    const password = randomBytes(9).toString("base64url")
    const secret = path.join(root, "password")
    fs.writeFileSync(secret, password)
    if (as !== undefined) fs.chownSync(secret, as.uid, as.gid)
    const data = path.join(root, "data")
    const run = (program: string, ...args: ReadonlyArray<string>) =>
      Effect.promise(() => execute(path.join(bin, program), args, { ...as, cwd: "/", env: { LC_ALL: "C", TZ: "UTC" } }))
    yield* run("initdb", "-D", data, "-U", "owner", `--pwfile=${secret}`, "--auth=scram-sha-256", "-E", "UTF8", "-N")
    prepare(data)
    const control = (...args: ReadonlyArray<string>) => Effect.asVoid(run("pg_ctl", "-D", data, "-w", "-s", ...args))
    const start = control("-l", path.join(root, "log"), "-o", `-p ${port} -c listen_addresses=127.0.0.1 -k ''`, "start")
    const stop = control("-m", "fast", "stop")
    yield* Effect.acquireRelease(start, () => Effect.ignoreCause(stop))
    return { port, password, data, stop, start }
  })

export const byInstalled = (bin: string) =>
  Layer.effect(
    TestServer,
    Effect.map(system(bin), ({ port, password, stop, start }) =>
      TestServer.of({
        options: { url: Redacted.make(`postgres://owner:${password}@127.0.0.1:${port}/postgres`) },
        stop,
        start
      }))
  )

/** A database of its own on a server of yours, which stays up: tests that need the switch say that they did not run. */
export const byGivenUrl = (given: string) =>
  Layer.effect(
    TestServer,
    Effect.gen(function*() {
      const name = `aiguilleur_test_${randomBytes(6).toString("hex")}`
      const admin = yield* PgConnection.make({ url: Redacted.make(given) })
      yield* Effect.acquireRelease(
        admin.query(`CREATE DATABASE ${name}`),
        () => Effect.ignore(admin.query(`DROP DATABASE ${name} WITH (FORCE)`))
      )
      const url = new URL(given)
      url.pathname = `/${name}`
      const none = Effect.die(new Error("this server has no switch"))
      return TestServer.of({ options: { url: Redacted.make(url.href) }, stop: none, start: none })
    }).pipe(Effect.orDie)
  )
