/** Who uses an embedded server: one gateway at most, any number of commands, and the last one out stops it. */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import { Effect, Redacted, type Scope } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import * as os from "node:os"
import * as path from "node:path"
import { codeOf } from "../DatabaseError.ts"
import { type Cluster, owner } from "./Cluster.ts"
import { Taken } from "./EmbeddedReason.ts"

export type Role = "gateway" | "cli"

// Advisory locks live and die with the connection that holds them, so a process that is killed leaves none behind,
// and they work across containers that share the folder, where a pid says nothing.
const space = 0x41_49_47 // "AIG"
const gatewayLock = 1
const usersLock = 2

/** Where the server of a cluster listens; the port is that of `postmaster.pid`. */
export const address = (cluster: Cluster, port: number) => ({
  ...(cluster.sockets === undefined
    ? { host: "127.0.0.1", port }
    : { path: path.join(cluster.sockets, `.s.PGSQL.${port}`) }),
  username: owner,
  password: Redacted.make(cluster.password)
})

export const connect = (cluster: Cluster, port: number, database: string, applicationName: string) =>
  PgConnection.make({ ...address(cluster, port), database, applicationName })

const createDatabase = Effect.fnUntraced(function*(cluster: Cluster, port: number) {
  const connection = yield* connect(cluster, port, "postgres", owner)
  yield* connection.query(`CREATE DATABASE ${owner}`).pipe(
    // Another process was faster.
    Effect.catchIf((error) => codeOf(error) === "42P04" || codeOf(error) === "23505", () => Effect.void)
  )
}, Effect.scoped)

const holder = (connection: PgConnection.PgConnection) =>
  connection.query(
    `SELECT a.application_name AS name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
     WHERE l.locktype = 'advisory' AND l.classid = ${space} AND l.objid = ${gatewayLock} AND l.granted`
  ).pipe(Effect.map(({ rows }) => String(rows[0]?.name ?? "unknown")))

/** Enters as a user of the server; the session lasts as long as the scope. */
export const join: (cluster: Cluster, port: number, role: Role) => Effect.Effect<
  PgConnection.PgConnection,
  SqlError | Taken,
  Scope.Scope
> = Effect.fnUntraced(function*(cluster, port, role) {
  const name = `aiguilleur ${role}, process ${process.pid} on ${os.hostname()}`.slice(0, 63)
  const connection = yield* connect(cluster, port, owner, name).pipe(
    Effect.catchIf(
      (error) => codeOf(error) === "3D000",
      () => Effect.andThen(createDatabase(cluster, port), connect(cluster, port, owner, name))
    )
  )
  // Waits while someone who was the last one out is stopping the server; that ends this connection, and the caller
  // begins again.
  yield* connection.query("SET lock_timeout = '20s'")
  yield* connection.query(`SELECT pg_advisory_lock_shared(${space}, ${usersLock})`)
  if (role === "cli") return connection
  // A gateway killed a moment ago still holds its lock until the server notices.
  yield* connection.query("SET lock_timeout = '3s'")
  yield* connection.query(`SELECT pg_advisory_lock(${space}, ${gatewayLock})`).pipe(
    Effect.catchIf(
      (error) => codeOf(error) === "55P03",
      () =>
        Effect.flatMap(
          holder(connection),
          (name) => Effect.fail(new Taken({ folder: cluster.folder, holder: name.replace("aiguilleur gateway, ", "") }))
        )
    )
  )
  return connection
})

/**
 * Leaves; true if nobody else is left. From then on newcomers wait, until the server is stopped or this session ends.
 * Released before asked for, so that of two who leave at once one is the last.
 */
export const part = (connection: PgConnection.PgConnection): Effect.Effect<boolean, SqlError> =>
  Effect.andThen(
    connection.query(`SELECT pg_advisory_unlock_shared(${space}, ${usersLock})`),
    connection.query(`SELECT pg_try_advisory_lock(${space}, ${usersLock}) AS last`)
  ).pipe(Effect.map(({ rows }) => rows[0]?.last === true))
