/** Where uploads too large for memory wait: temporary files under a bound that all of them share. */
import { Context, Effect, Layer } from "effect"
import { randomUUID } from "node:crypto"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { HeldBytes } from "../HeldBytes.ts"

export interface SpoolOptions {
  readonly folder: string
  /** Bytes of all files together. */
  readonly limit: number
}

export class Spool extends Context.Service<Spool, {
  /** What the files hold, told by those who write them. */
  readonly bytes: HeldBytes
  /** A new file, which is gone when its handle is closed, or when the process ends in whatever way. */
  readonly open: () => Promise<fs.FileHandle>
}>()("@aiguilleur/http/upload/Spool") {
  static readonly layer = (options: SpoolOptions) => Layer.effect(Spool, make(options))
}

const named = /^upload-[0-9a-f-]{36}$/

/** Files without a name vanish with their process; one that still has its name was left by a crash. */
const sweep = async (folder: string): Promise<number> => {
  await fs.mkdir(folder, { recursive: true, mode: 0o700 })
  const left = (await fs.readdir(folder)).filter((name) => named.test(name))
  // Where a file that is open cannot lose its name, one that is in use refuses to go.
  const gone = await Promise.allSettled(left.map((name) => fs.unlink(path.join(folder, name))))
  return gone.filter(({ status }) => status === "fulfilled").length
}

/** A handle whose file goes with it, for systems that keep the name of a file as long as it is open. */
const owning = (handle: fs.FileHandle, file: string): fs.FileHandle => {
  const close = handle.close.bind(handle)
  handle.close = () => close().finally(() => fs.rm(file, { force: true }))
  return handle
}

const make = Effect.fnUntraced(function*({ folder, limit }: SpoolOptions) {
  const swept = yield* Effect.tryPromise(() => sweep(folder)).pipe(
    Effect.catchCause((cause) => Effect.as(Effect.logWarning(`Uploads cannot be kept in ${folder}`, cause), 0))
  )
  if (swept > 0) yield* Effect.logInfo(`${swept} uploads that a crash had left in ${folder} were removed`)
  return {
    bytes: new HeldBytes(limit),
    open: async () => {
      const file = path.join(folder, `upload-${randomUUID()}`)
      const handle = await fs.open(file, "wx+", 0o600)
      try {
        await fs.unlink(file)
        return handle
      } catch {
        return owning(handle, file)
      }
    }
  }
})
