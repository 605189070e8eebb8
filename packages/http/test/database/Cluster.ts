/** The processes of an embedded PostgreSQL, for what only the system can do to them. */
import { open } from "@aiguilleur/store/embedded/Cluster"
import * as Postmaster from "@aiguilleur/store/embedded/Postmaster"
import { Effect } from "effect"
import * as fs from "node:fs"

const childrenOf = (pid: number): ReadonlyArray<number> => {
  const text = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
  return text.split(" ").filter((word) => word !== "").map(Number)
}

/** Its postmaster first: one that stands still starts no more of them. */
const processes = Effect.fnUntraced(function*(data: string) {
  const cluster = yield* Effect.orDie(open(data))
  const found = yield* Effect.promise(() => Postmaster.read(cluster))
  return found === undefined ? [] : [found.pid]
})

/** It accepts connections, as far as the system does that for it, and says nothing more. Resumed with the scope at the latest. */
export const pause = (data: string) =>
  Effect.acquireRelease(
    Effect.map(processes(data), (postmaster) => {
      const paused: Array<number> = []
      for (const pid of postmaster) {
        process.kill(pid, "SIGSTOP")
        paused.push(pid)
        for (const child of childrenOf(pid)) {
          process.kill(child, "SIGSTOP")
          paused.push(child)
        }
      }
      return {
        resume: Effect.sync(() => {
          for (const pid of paused.splice(0).toReversed()) process.kill(pid, "SIGCONT")
        })
      }
    }),
    ({ resume }) => resume
  )
