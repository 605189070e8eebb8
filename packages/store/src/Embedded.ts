/** The PostgreSQL that we bring along: started or joined, watched, and stopped by the last one who uses it. */
import type { PgPoolConfig } from "@effect/sql-pg/PgClient"
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import { Effect, Exit, Queue, Scope } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { listen } from "./Changes.ts"
import { codeOf, DatabaseError } from "./DatabaseError.ts"
import { type Cluster, open, owner } from "./embedded/Cluster.ts"
import { type EmbeddedReason, explain, NotStarted } from "./embedded/EmbeddedReason.ts"
import { address, connect, join, part, type Role } from "./embedded/Membership.ts"
import * as Postmaster from "./embedded/Postmaster.ts"

export interface Options {
  /** `AIGUILLEUR_DATA`; the server's folder is `postgres` below it. */
  readonly data: string
  /** A `gateway` owns the folder and restarts a server that dies; a `cli` joins for a while. */
  readonly role: Role
  /** Settings of the server beside our own, as in `postgresql.conf`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** How a client reaches the server. */
export type Address = Pick<PgPoolConfig, "host" | "port" | "path" | "username" | "password" | "database">

const pause = (millis: number) =>
  Effect.callback<void>((resume) => {
    const timer = setTimeout(() => resume(Effect.void), millis)
    return Effect.sync(() => clearTimeout(timer))
  })

const attempt = <A>(cluster: Cluster, use: () => Promise<A>): Effect.Effect<A, EmbeddedReason> =>
  Effect.tryPromise({ try: use, catch: (cause) => explain(cluster.folder, String(cause)) })

type Answer = "up" | "changing" | "silent"

/** Whether the server of a lock file answers. Asked before its pid is looked at: containers share folders, not pids. */
const ask = (cluster: Cluster, port: number): Effect.Effect<Answer, EmbeddedReason> =>
  Effect.scoped(connect(cluster, port, "postgres", owner)).pipe(
    Effect.as<Answer>("up"),
    Effect.catch((error: SqlError): Effect.Effect<Answer, EmbeddedReason> => {
      const code = codeOf(error)
      if (code.startsWith("28")) {
        const detail = `a server runs there that does not know the password in ${cluster.data}/password`
        return Effect.fail(new NotStarted({ folder: cluster.folder, detail }))
      }
      if (code === "57P03") return Effect.succeed("changing")
      // Any other answer of a server, "too many connections" for one, is an answer.
      return Effect.succeed(/^[0-9A-Z]{5}$/.test(code) ? "up" : "silent")
    }),
    Effect.raceFirst(Effect.as(pause(5000), "silent" as const))
  )

/** Refusals in a row after which a live server counts as hung: it may just have been about to listen or to end. */
const patience = 3

/** Brings a server up on the cluster, whatever was left there, and says on which port it listens. */
const ensure = Effect.fnUntraced(function*(
  cluster: Cluster,
  settings: Readonly<Record<string, string>>
): Effect.fn.Return<number, EmbeddedReason> {
  let refusals = 0
  let said = ""
  for (let round = 0; round < 20; round++) {
    const found = yield* attempt(cluster, () => Postmaster.read(cluster))
    if (found !== undefined) {
      const answer = yield* ask(cluster, found.port)
      if (answer === "up") return found.port
      if (yield* attempt(cluster, () => Postmaster.isAlive(cluster, found.pid))) {
        // One that starts (a crash's recovery takes its time) or stops is waited for, without counting rounds.
        if (answer === "changing" || found.status === "starting" || found.status === "stopping") round--
        else if (++refusals >= patience) yield* attempt(cluster, () => Postmaster.stop(cluster, found.pid))
        yield* pause(50)
        continue
      }
      yield* attempt(cluster, () => Postmaster.clear(cluster, found))
    }
    const failure = yield* attempt(cluster, () => Postmaster.start(cluster, settings))
    if (failure === undefined) continue
    said = failure
    // Another process started it meanwhile, or a killed server's children are still leaving.
    if (!/lock file "postmaster.pid" already exists|pre-existing shared memory|lock file \S+ is empty/.test(said)) break
    yield* pause(100)
  }
  return yield* explain(cluster.folder, said)
})

interface Session {
  readonly connection: PgConnection.PgConnection
  readonly port: number
  readonly scope: Scope.Closeable
}

/** Ensures a server and joins it, again if it was being stopped just then. */
const enter = Effect.fnUntraced(function*(
  cluster: Cluster,
  { role, settings = {} }: Options
): Effect.fn.Return<Session, EmbeddedReason> {
  for (let round = 1;; round++) {
    const port = yield* ensure(cluster, settings)
    const scope = yield* Scope.make()
    const joined = yield* Effect.result(Scope.provide(join(cluster, port, role), scope))
    if (joined._tag === "Success") return { connection: joined.success, port, scope }
    yield* Scope.close(scope, Exit.void)
    if (joined.failure._tag === "Taken") return yield* joined.failure
    if (round === 20) return yield* explain(cluster.folder, String(joined.failure.reason.cause))
    yield* pause(50)
  }
})

/** How long the server has to answer whoever leaves. */
const farewell = 5_000

/** The last one out stops the server; one that does not answer is left for the next start to sort out. */
const leave = (cluster: Cluster, { connection, scope }: Session) => {
  const close = Scope.close(scope, Exit.void)
  return Effect.raceFirst(
    Effect.orElseSucceed(part(connection), () => false),
    // A statement that is not answered ends with its connection.
    Effect.as(Effect.andThen(pause(farewell), close), false)
  ).pipe(
    Effect.flatMap((last) =>
      last
        ? Effect.promise(async () => {
          const found = await Postmaster.read(cluster)
          if (found !== undefined) await Postmaster.stop(cluster, found.pid)
        })
        : Effect.void
    ),
    Effect.ensuring(close)
  )
}

/** Returns when the connection is lost: a listener's queue fails with it. */
const lost = ({ connection }: Session) =>
  Effect.scoped(Effect.flatMap(listen(connection, "aiguilleur_embedded"), (queue) => Effect.forever(Queue.take(queue))))
    .pipe(Effect.catch((error) => Effect.succeed(error)))

const supervise = Effect.fnUntraced(function*(
  options: Options
): Effect.fn.Return<Address, EmbeddedReason, Scope.Scope> {
  const cluster = yield* open(options.data)
  let session = yield* enter(cluster, options)
  yield* Effect.addFinalizer(() => leave(cluster, session))
  if (options.role === "gateway") {
    const replace = Effect.gen(function*() {
      yield* Effect.logWarning("The embedded PostgreSQL went away and is being started again")
      yield* Scope.close(session.scope, Exit.void)
      session = yield* enter(cluster, options)
      yield* Effect.log("The embedded PostgreSQL is back")
    }).pipe(
      Effect.uninterruptible,
      Effect.catch((reason) =>
        Effect.andThen(Effect.logError(`The embedded PostgreSQL stays away: ${reason.message}`), pause(1000))
      )
    )
    const watch = Effect.andThen(Effect.suspend(() => lost(session)), replace)
    yield* Effect.forkScoped(Effect.forever(watch))
  }
  return { ...address(cluster, session.port), database: owner }
})

/** A running server for as long as the scope is open. */
export const make = (options: Options): Effect.Effect<Address, DatabaseError, Scope.Scope> =>
  supervise(options).pipe(Effect.uninterruptible, Effect.mapError((reason) => new DatabaseError({ reason })))
