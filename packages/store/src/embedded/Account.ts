/** Chooses the unprivileged user that runs PostgreSQL when we are root, for it refuses to run as root itself. */
import { Effect } from "effect"
import { execFile } from "node:child_process"
import * as fs from "node:fs/promises"
import { promisify } from "node:util"
import { NoAccount } from "./EmbeddedReason.ts"

export interface Account {
  readonly uid: number
  readonly gid: number
}

const execute = promisify(execFile)
const name = "aiguilleur"

const isRoot = () => process.getuid?.() === 0

const look = async (user: string): Promise<Account | undefined> => {
  try {
    const [uid, gid] = await Promise.all([execute("id", ["-u", user]), execute("id", ["-g", user])])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  } catch {
    return undefined
  }
}

// `useradd` on most systems, `adduser` where BusyBox is. Another process may create it at the same moment, so the
// answer is asked of the system again whatever the command said.
const create = async (): Promise<Account> => {
  const failure = await execute("useradd", ["--system", "--user-group", "--shell", "/usr/sbin/nologin", name])
    .catch(() => execute("adduser", ["-S", "-D", "-H", name])).then(() => undefined, (error: Error) => error)
  const account = await look(name)
  if (account === undefined) throw failure ?? new Error(`the user ${name} was not created`)
  return account
}

/**
 * The owner of the data if it is not root, else `aiguilleur`, else `postgres`, else a new `aiguilleur`.
 * Undefined when we are not root: then PostgreSQL runs as we do.
 */
export const account = (folder: string): Effect.Effect<Account | undefined, NoAccount> =>
  Effect.tryPromise({
    try: async () => {
      if (!isRoot()) return undefined
      const owner = await fs.stat(folder).catch(() => undefined)
      if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
      return await look(name) ?? await look("postgres") ?? await create()
    },
    catch: (cause) => new NoAccount({ detail: cause instanceof Error ? cause.message.trim() : String(cause) })
  })
