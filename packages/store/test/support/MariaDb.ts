/** Debian's MariaDB with the database of a predecessor that ran on MySQL. */
import { Effect, Layer } from "effect"
import { createConnection } from "mysql2/promise"
import { execFileSync, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import * as fs from "node:fs"
import * as path from "node:path"
import { type Account, account } from "../../src/embedded/Account.ts"
import { folder } from "./Folder.ts"
import { Predecessor } from "./Predecessor.ts"
import { freePort } from "./TestServer.ts"

const program = "/usr/sbin/mariadbd"
const tables = "/usr/share/mysql"

export const installed = fs.existsSync(program)

const launch = (as: Account | undefined, data: string, ...args: ReadonlyArray<string>) =>
  spawn(program, ["--no-defaults", `--datadir=${data}`, ...args], {
    ...as,
    cwd: "/",
    stdio: ["pipe", "ignore", "pipe"]
  })

/** What Debian's own script does, which needs a package more. A statement a line: the bootstrap reads no others. */
const initialise = async (as: Account | undefined, data: string, password: string) => {
  const child = launch(as, data, "--bootstrap", "--skip-log-error")
  let said = ""
  child.stderr.on("data", (chunk) => said += chunk)
  child.stdin.write("CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n")
  for (const file of ["mysql_system_tables.sql", "mysql_system_tables_data.sql"]) {
    child.stdin.write(fs.readFileSync(path.join(tables, file)))
  }
  child.stdin.end(`FLUSH PRIVILEGES;
CREATE DATABASE dispatcher;
CREATE USER 'aristote'@'%' IDENTIFIED BY '${password}';
GRANT ALL ON dispatcher.* TO 'aristote'@'%';
`)
  const [code] = await once(child, "close")
  if (code !== 0) throw new Error(said)
}

/** A certificate for 127.0.0.1 that signs itself, and its key. */
const certify = (as: Account | undefined, root: string) => {
  const certificate = path.join(root, "server.crt")
  const key = path.join(root, "server.key")
  execFileSync("openssl", [
    ..."req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1".split(" "),
    ..."-addext subjectAltName=IP:127.0.0.1,DNS:localhost".split(" "),
    "-out",
    certificate,
    "-keyout",
    key
  ], { stdio: "ignore" })
  if (as !== undefined) fs.chownSync(key, as.uid, as.gid)
  return { certificate, key }
}

const start = async (as: Account | undefined, data: string, ...options: ReadonlyArray<string>) => {
  const child = launch(as, data, "--bind-address=127.0.0.1", ...options)
  let said = ""
  const ready = new Promise<void>((resolve, reject) => {
    child.stderr.on("data", (chunk) => {
      said += chunk
      if (/ready for connections/.test(said)) resolve()
    })
    child.once("close", () => reject(new Error(said)))
  })
  await ready
  return child
}

export const layer = Layer.effect(
  Predecessor,
  Effect.gen(function*() {
    const root = yield* folder
    const as = yield* Effect.orDie(account("/nowhere"))
    const data = path.join(root, "data")
    fs.mkdirSync(data)
    if (as !== undefined) { for (const made of [root, data]) fs.chownSync(made, as.uid, as.gid) }
    const port = yield* freePort
    const password = randomBytes(9).toString("base64url")
    yield* Effect.promise(() => initialise(as, data, password))
    const { certificate, key } = certify(as, root)
    const where = [`--port=${port}`, `--socket=${path.join(root, "socket")}`]
    yield* Effect.acquireRelease(
      Effect.promise(() => start(as, data, ...where, `--ssl-cert=${certificate}`, `--ssl-key=${key}`)),
      (child) =>
        Effect.promise(async () => {
          const ended = once(child, "close")
          child.kill("SIGTERM")
          await ended
        })
    )
    const options = { host: "127.0.0.1", port, user: "aristote", password, database: "dispatcher" }
    const connection = yield* Effect.acquireRelease(
      Effect.promise(() => createConnection(options)),
      (connection) => Effect.sync(() => connection.destroy())
    )
    return {
      // As the predecessor's own configuration has it.
      certificate,
      url: `mysql+pymysql://aristote:${password}@127.0.0.1:${port}/dispatcher`,
      query: (sql) => Effect.asVoid(Effect.promise(() => connection.query(sql)))
    }
  })
)
