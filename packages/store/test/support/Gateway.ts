/** A gateway in a process of its own, to be killed. */
import { Effect } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

const program = fileURLToPath(new URL("../fixture/gateway.ts", import.meta.url))

export interface Gateway {
  readonly child: ChildProcess
  /** Rows that the database confirmed. */
  readonly safe: () => number
  /** Resolves when so many rows are safe; rejects with what the process said if it ends before. */
  readonly reach: (rows: number) => Effect.Effect<void>
  /** As `kill -9` does; returns when the process is gone. */
  readonly kill: Effect.Effect<void>
}

export const start = (data: string) =>
  Effect.acquireRelease(
    Effect.sync((): Gateway => {
      const child = spawn(process.execPath, [program, data], { stdio: ["ignore", "pipe", "pipe"] })
      const ended = once(child, "exit")
      let safe = 0
      let said = ""
      let tell = () => {}
      child.stderr.on("data", (chunk) => said += chunk)
      createInterface({ input: child.stdout }).on("line", (line) => {
        if (line !== "ready") safe = Number(line)
        tell()
      })
      const reach = (rows: number) =>
        Effect.promise(() =>
          Promise.race([
            new Promise<void>((resolve) => {
              tell = () => safe >= rows && resolve()
              tell()
            }),
            ended.then(() => Promise.reject(new Error(`the gateway ended: ${said}`)))
          ])
        )
      const kill = Effect.promise(async () => {
        child.kill("SIGKILL")
        if (child.exitCode === null && child.signalCode === null) await ended
      })
      return { child, safe: () => safe, reach, kill }
    }),
    (gateway) => gateway.kill
  )
