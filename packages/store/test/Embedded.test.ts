/** The embedded server and what may happen to it: kills, leftovers, company, folders that will not do. */
import { PgClient } from "@effect/sql-pg/PgClient"
import { assert, layer } from "@effect/vitest"
import { Effect, Exit, Layer, Logger, Scope } from "effect"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import * as Database from "../src/Database.ts"
import * as Embedded from "../src/Embedded.ts"
import { type Cluster, open } from "../src/embedded/Cluster.ts"
import { explain } from "../src/embedded/EmbeddedReason.ts"
import * as Postmaster from "../src/embedded/Postmaster.ts"
import { eventually } from "./support/Condition.ts"
import { folder, Template } from "./support/Folder.ts"
import * as Gateway from "./support/Gateway.ts"

const limit = { timeout: 120_000 }

const database = (data: string, role: "gateway" | "cli") =>
  Effect.gen(function*() {
    const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
    const context = yield* Layer.buildWithScope(Database.layer({ data, role }), scope)
    return { close: Scope.close(scope, Exit.void), context }
  })

const rows = Effect.gen(function*() {
  const sql = yield* PgClient
  const [row] = yield* sql<{ count: number }>`SELECT count(*)::int AS count FROM usage`
  return row!.count
})

/** Whether a gateway has the folder for itself. */
const isHeld = Effect.gen(function*() {
  const sql = yield* PgClient
  const found = yield* sql`SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted AND application_name LIKE 'aiguilleur gateway,%'`
  return found.length > 0
})

const pidOf = (cluster: Cluster) => Effect.promise(async () => (await Postmaster.read(cluster))?.pid)

const alive = (cluster: Cluster, pid: number) => Effect.promise(() => Postmaster.isAlive(cluster, pid))

layer(Template.layer, { excludeTestServices: true, timeout: "60 seconds" })("Embedded", (it) => {
  it.effect(
    "starts again after each kill -9 of its gateway under inserts, with every confirmed row",
    () =>
      Effect.gen(function*() {
        const data = yield* (yield* Template).copy
        let safe = 0
        for (let round = 1; round <= 6; round++) {
          yield* Effect.scoped(Effect.gen(function*() {
            const gateway = yield* Gateway.start(data)
            yield* gateway.reach(200)
            yield* gateway.kill
            safe += gateway.safe()
          }))
          // Every other time the server is killed as well, and recovers.
          if (round % 2 === 0) {
            const cluster = yield* open(data)
            const pid = yield* pidOf(cluster)
            process.kill(pid!, "SIGKILL")
          }
        }
        const { context } = yield* database(data, "gateway")
        const found = yield* Effect.provide(rows, context)
        // A batch whose confirmation did not get out may come on top, each time.
        assert.isAtLeast(found, safe)
      }),
    limit
  )

  it.effect(
    "reuses the server that a killed gateway left running, and stops it in the end",
    () =>
      Effect.gen(function*() {
        const data = yield* (yield* Template).copy
        const orphan = yield* Effect.scoped(Effect.gen(function*() {
          const gateway = yield* Gateway.start(data)
          yield* gateway.reach(10)
          yield* gateway.kill
          return yield* pidOf(yield* open(data))
        }))
        const cluster = yield* open(data)
        const { close } = yield* database(data, "gateway")
        assert.strictEqual(yield* pidOf(cluster), orphan)
        yield* close
        assert.isFalse(yield* alive(cluster, orphan!))
        assert.isUndefined(yield* pidOf(cluster))
      }),
    limit
  )

  it.effect(
    "clears the lock files of a server that is gone, even if their pid is someone else's now",
    () =>
      Effect.gen(function*() {
        const data = yield* (yield* Template).copy
        yield* Effect.scoped(Embedded.make({ data, role: "gateway" }))
        const cluster = yield* open(data)
        const stale = `${process.pid}\n${cluster.data}\n1700000000\n5432\n${cluster.sockets}\n\n  1 2\nready\n`
        yield* Effect.promise(async () => {
          await fs.writeFile(path.join(cluster.data, "postmaster.pid"), stale)
          await fs.writeFile(path.join(cluster.sockets!, ".s.PGSQL.5432.lock"), stale)
          await fs.writeFile(path.join(cluster.sockets!, ".s.PGSQL.5432"), "")
        })
        const { context } = yield* database(data, "gateway")
        assert.strictEqual(yield* Effect.provide(rows, context), 0)
        assert.notStrictEqual(yield* pidOf(cluster), process.pid)
      }),
    limit
  )

  it.effect("stops a server that is hung and starts another", () =>
    Effect.gen(function*() {
      const data = yield* (yield* Template).copy
      const killed = yield* Effect.scoped(Effect.gen(function*() {
        const gateway = yield* Gateway.start(data)
        yield* gateway.reach(10)
        yield* gateway.kill
        return yield* pidOf(yield* open(data))
      }))
      // Its socket is gone, so it answers nobody.
      const cluster = yield* open(data)
      yield* Effect.promise(() => fs.rm(path.join(cluster.sockets!, ".s.PGSQL.5432")))
      const { context } = yield* database(data, "gateway")
      assert.isAtLeast(yield* Effect.provide(rows, context), 10)
      assert.notStrictEqual(yield* pidOf(cluster), killed)
      assert.isFalse(yield* alive(cluster, killed!))
    }), limit)

  it.effect("refuses a second gateway and says who is there; commands join", () =>
    Effect.gen(function*() {
      const data = yield* (yield* Template).copy
      const first = yield* database(data, "gateway")
      const cluster = yield* open(data)
      const pid = yield* pidOf(cluster)
      const failure = yield* Effect.flip(Effect.scoped(Embedded.make({ data, role: "gateway" })))
      assert.strictEqual(failure.reason._tag, "Taken")
      assert.include(failure.message, `process ${process.pid}`)
      const command = yield* database(data, "cli")
      assert.strictEqual(yield* Effect.provide(rows, command.context), 0)
      yield* command.close
      assert.strictEqual(yield* pidOf(cluster), pid)
      assert.strictEqual(yield* Effect.provide(rows, first.context), 0)
      yield* first.close
      assert.isFalse(yield* alive(cluster, pid!))
    }), limit)

  it.effect(
    "lets commands start it, a gateway come and go, and the last one out stop it",
    () =>
      Effect.gen(function*() {
        const data = yield* folder
        // All at once on an empty folder.
        const commands = yield* Effect.all([database(data, "cli"), database(data, "cli"), database(data, "gateway")], {
          concurrency: "unbounded"
        })
        const cluster = yield* open(data)
        const pid = yield* pidOf(cluster)
        const [one, two, gateway] = commands
        yield* one.close
        yield* gateway.close
        assert.isTrue(yield* alive(cluster, pid!))
        assert.strictEqual(yield* Effect.provide(rows, two.context), 0)
        yield* two.close
        assert.isFalse(yield* alive(cluster, pid!))
        const left = yield* Effect.promise(() => fs.readdir(cluster.folder))
        assert.isFalse(left.some((name) => name.endsWith(".new") || name.endsWith(".password")))
      }),
    limit
  )

  it.effect("is started again while a gateway runs, and answers through the same pool", () =>
    Effect.gen(function*() {
      const data = yield* (yield* Template).copy
      const { context } = yield* database(data, "gateway")
      const cluster = yield* open(data)
      const pid = yield* pidOf(cluster)
      process.kill(pid!, "SIGKILL")
      yield* eventually(Effect.map(pidOf(cluster), (now) => now !== undefined && now !== pid))
      yield* eventually(Effect.map(Effect.exit(Effect.provide(rows, context)), Exit.isSuccess))
      // The server answers before its gateway has taken hold of the folder again.
      yield* eventually(Effect.provide(isHeld, context))
      const taken = yield* Effect.flip(Effect.scoped(Embedded.make({ data, role: "gateway" })))
      assert.strictEqual(taken.reason._tag, "Taken")
    }).pipe(Effect.provide(Logger.layer([]))), limit)

  it.effect("keeps strangers out: no network, a private folder, a password", () =>
    Effect.gen(function*() {
      const data = yield* (yield* Template).copy
      const { context } = yield* database(data, "gateway")
      const cluster = yield* open(data)
      const sql = yield* Effect.provide(PgClient, context)
      const [shown] = yield* sql<{ listen: string; hba: string }>`
        SELECT current_setting('listen_addresses') AS listen,
          (SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules) AS hba`
      assert.deepStrictEqual(shown, { listen: "", hba: "scram-sha-256" })
      for (const private_ of [cluster.folder, cluster.sockets!, cluster.data, `${cluster.data}/password`]) {
        const { mode } = yield* Effect.promise(() => fs.stat(private_))
        assert.strictEqual(mode & 0o077, 0, private_)
      }
    }), limit)

  it.effect(
    "listens on a loopback port of its own where the folder's name is too long for a socket",
    () =>
      Effect.gen(function*() {
        const data = path.join(yield* folder, "d".repeat(100))
        const first = yield* Effect.scoped(Embedded.make({ data, role: "gateway" }))
        const again = yield* Effect.scoped(Embedded.make({ data, role: "gateway" }))
        assert.strictEqual(first.host, "127.0.0.1")
        assert.strictEqual(again.port, first.port)
      }),
    limit
  )

  it.effect("says what to do about data of another major version", () =>
    Effect.gen(function*() {
      const data = yield* (yield* Template).copy
      const cluster = yield* open(data)
      yield* Effect.promise(() => fs.writeFile(path.join(cluster.data, "PG_VERSION"), "17\n"))
      const failure = yield* Effect.flip(Effect.scoped(Embedded.make({ data, role: "gateway" })))
      assert.strictEqual(failure.reason._tag, "OtherMajor")
      assert.match(failure.message, /written by PostgreSQL 17; this Aiguilleur brings 18/)
      assert.include(failure.message, "pg_dump")
      assert.include(failure.message, "pg_restore")
    }), limit)

  it.effect("refuses a folder that holds something else", () =>
    Effect.gen(function*() {
      const data = yield* folder
      yield* Effect.promise(() => fs.mkdir(path.join(data, "postgres", "data"), { recursive: true }))
      const failure = yield* Effect.flip(Effect.scoped(Embedded.make({ data, role: "gateway" })))
      assert.strictEqual(failure.reason._tag, "NotACluster")
    }), limit)

  it.effect("says which folder lacks rights, and leaves nothing half-done", () =>
    Effect.gen(function*() {
      const data = yield* folder
      // As root this stops the user that runs PostgreSQL; as an ordinary user, ourselves.
      yield* Effect.promise(() => fs.chmod(data, process.getuid?.() === 0 ? 0o700 : 0o500))
      const failure = yield* Effect.flip(Effect.scoped(Embedded.make({ data, role: "gateway" })))
      assert.strictEqual(failure.reason._tag, "Forbidden")
      assert.include(failure.message, `${data}/postgres`)
      assert.include(failure.message, "AIGUILLEUR_DATA")
      yield* Effect.promise(() => fs.chmod(data, 0o755))
      yield* Effect.scoped(Embedded.make({ data, role: "gateway" }))
    }), limit)

  it.effect("says that the disk is full, and leaves nothing half-done", (test) =>
    Effect.gen(function*() {
      const data = yield* folder
      const mounted = yield* Effect.acquireRelease(
        Effect.sync(() => spawnSync("mount", ["-t", "tmpfs", "-o", "size=20m", "tmpfs", data]).status === 0),
        (mounted) => Effect.sync(() => mounted && spawnSync("umount", [data]))
      )
      if (!mounted) return test.skip("this user may not mount a small disk")
      const failure = yield* Effect.flip(Effect.scoped(Embedded.make({ data, role: "gateway" })))
      assert.strictEqual(failure.reason._tag, "NoSpace")
      assert.deepStrictEqual(yield* Effect.promise(() => fs.readdir(path.join(data, "postgres"))), [])
    }), limit)

  it("tells a full disk, missing rights and the rest apart by what PostgreSQL said", () => {
    const full = explain("/d", "initdb: error: could not write to file \"x\": No space left on device")
    assert.strictEqual(full._tag, "NoSpace")
    assert.strictEqual(explain("/d", "Error: ENOSPC: no space left on device, write")._tag, "NoSpace")
    assert.strictEqual(explain("/d", "FATAL:  could not open file: Permission denied")._tag, "Forbidden")
    assert.strictEqual(explain("/d", "Error: EROFS: read-only file system, mkdir")._tag, "Forbidden")
    const other = explain("/d", "LOG: starting\nFATAL:  could not create shared memory segment\nHINT: less")
    assert.include(other.message, "could not create shared memory segment")
  })
})
