/** A folder for what is being received: files have no name of anybody's choosing, and the forgotten ones are removed. */
import { Context, Effect, Layer } from "effect"
import { randomUUID } from "node:crypto"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { now } from "../Instant.ts"
import { Settings } from "../Settings.ts"

export interface SpoolFile {
  readonly path: string
}

/** Nothing takes longer to arrive. */
const forgotten = 24 * 60 * 60 * 1000

export class Spool extends Context.Service<Spool, {
  /** A path that nobody else has; the file is yet to be written. */
  readonly fileUnsafe: () => SpoolFile
  /** The one of a download, found again by whoever goes on with it. */
  readonly fileOf: (id: string) => SpoolFile
  readonly discard: (file: SpoolFile) => Effect.Effect<void>
  readonly sweep: Effect.Effect<void>
}>()("@aiguilleur/stt/Spool") {
  static readonly layer = Layer.effect(
    Spool,
    Effect.gen(function*() {
      const folder = path.join((yield* Settings).folder, "incoming")
      yield* Effect.promise(() => fs.mkdir(folder, { recursive: true, mode: 0o700 }))
      const discard = (file: SpoolFile) => Effect.promise(() => fs.rm(file.path, { force: true }))
      return Spool.of({
        fileUnsafe: () => ({ path: path.join(folder, `${randomUUID()}.part`) }),
        fileOf: (id) => ({ path: path.join(folder, `${id}.download`) }),
        discard,
        sweep: Effect.gen(function*() {
          const before = (yield* now).getTime() - forgotten
          yield* Effect.promise(async () => {
            for (const name of await fs.readdir(folder)) {
              const file = path.join(folder, name)
              const found = await fs.stat(file).catch(() => undefined)
              if (found !== undefined && found.mtimeMs < before) await fs.rm(file, { force: true })
            }
          })
        })
      })
    })
  )
}
