/** A process of the soak and what it can be asked: calls go over the channel of a forked child, one answer each. */
import { type ChildProcess, fork, type ForkOptions } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

/** What a process answers, by name. */
export type Calls = Readonly<Record<string, (argument: never) => unknown>>

type Argument<C extends Calls, Name extends keyof C> = Parameters<C[Name]>[0]
type Answer<C extends Calls, Name extends keyof C> = Awaited<ReturnType<C[Name]>>

export interface Process<C extends Calls> {
  readonly pid: number
  readonly call: <Name extends keyof C & string>(name: Name, argument?: Argument<C, Name>) => Promise<Answer<C, Name>>
  readonly signal: (name: NodeJS.Signals) => void
  /** Asked first, so that it may stop what it has started; gone when this resolves. */
  readonly end: () => Promise<void>
}

interface Question {
  readonly id: number
  readonly name: string
  readonly argument: unknown
}

type Reply = { readonly id: number } & ({ readonly answer: unknown } | { readonly failure: string })

const gone = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

/** Ready when the process has called `serve`; fails with its last words if it ends before. */
export const start = async <C extends Calls>(
  entry: URL,
  args: ReadonlyArray<string>,
  options: ForkOptions = {}
): Promise<Process<C>> => {
  const child = fork(fileURLToPath(entry), args, {
    execArgv: [],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    ...options
  })
  const open = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>()
  let said = ""
  child.stderr?.setEncoding("utf8").on("data", (text: string) => said = (said + text).slice(-4_000))
  const ended = once(child, "exit")
  const lost = ended.then(() => {
    const error = new Error(
      `${entry.pathname.split("/").at(-1)} has ended (${child.exitCode ?? child.signalCode}): ${said}`
    )
    for (const { reject } of open.values()) reject(error)
    return Promise.reject(error)
  })
  lost.catch(() => {})
  await Promise.race([once(child, "message"), lost])
  child.on("message", (reply: Reply) => {
    const waiting = open.get(reply.id)
    open.delete(reply.id)
    if ("failure" in reply) waiting?.reject(new Error(reply.failure))
    else waiting?.resolve(reply.answer)
  })
  let id = 0
  return {
    pid: child.pid!,
    call: (name, argument) =>
      new Promise((resolve, reject) => {
        open.set(++id, { resolve: resolve as (answer: unknown) => void, reject })
        child.send({ id, name, argument })
      }),
    signal: (name) => void child.kill(name),
    end: async () => {
      if (gone(child)) return
      child.kill("SIGTERM")
      const insist = setTimeout(() => child.kill("SIGKILL"), 20_000)
      await ended
      clearTimeout(insist)
    }
  }
}

/** Microseconds of processor time that this process has used since its start. */
export const spent = (): number => {
  const { system, user } = process.cpuUsage()
  return user + system
}

/** The other side, in the child. It ends with its parent. */
export const serve = (calls: Readonly<Record<string, (argument: never) => unknown>>): void => {
  process.on("message", async ({ argument, id, name }: Question) => {
    const reply: Reply = await Promise.resolve()
      .then(() => calls[name]!(argument as never))
      .then((answer) => ({ id, answer }), (cause: unknown) => ({ id, failure: String(cause) }))
    process.send?.(reply)
  })
  process.on("disconnect", () => process.kill(process.pid, "SIGTERM"))
  process.send?.("ready")
}
