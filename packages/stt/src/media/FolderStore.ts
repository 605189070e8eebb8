/** Media in a folder of this machine. */
import { Effect, Layer } from "effect"
import { createReadStream } from "node:fs"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { Settings } from "../Settings.ts"
import { MediaStore, MediaStoreError } from "./MediaStore.ts"

const attempt = <A>(use: () => Promise<A>) =>
  Effect.tryPromise({ try: use, catch: (cause) => new MediaStoreError({ cause }) })

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT"

export const layer = Layer.effect(
  MediaStore,
  Effect.gen(function*() {
    const folder = path.join((yield* Settings).folder, "media")
    const file = (key: string) => path.join(folder, key)
    return MediaStore.of({
      adopt: (from, key) =>
        attempt(async () => {
          await fs.mkdir(path.dirname(file(key)), { recursive: true, mode: 0o700 })
          // On disk before the database says that it is there.
          const handle = await fs.open(from, "r+")
          await handle.sync().finally(() => handle.close())
          await fs.rename(from, file(key))
        }),
      open: (key) =>
        attempt(async () => {
          try {
            const { size } = await fs.stat(file(key))
            return { size, stream: createReadStream(file(key), { highWaterMark: 256 * 1024 }) }
          } catch (error) {
            if (isMissing(error)) return undefined
            throw error
          }
        }),
      remove: (key) => attempt(() => fs.rm(file(key), { force: true }))
    })
  })
)
