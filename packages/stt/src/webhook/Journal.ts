/**
 * Which webhooks were written to the wire: after a crash it tells those that may have arrived from those that cannot
 * have. Written in the same breath as the body, because a write to the database would take longer than the body does.
 */
import { Context, Effect, Layer } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { Settings } from "../Settings.ts"

export class Journal extends Context.Service<Journal, {
  readonly noteUnsafe: (id: string, attempt: number) => void
  /** Whether this attempt was written to the wire, in this life of the service or in an earlier one. */
  readonly has: (id: string, attempt: number) => boolean
  /** What became of it is in the database. */
  readonly forgetUnsafe: (id: string, attempt: number) => void
}>()("@aiguilleur/stt/Journal") {
  static readonly layer = Layer.effect(
    Journal,
    Effect.gen(function*() {
      const file = path.join((yield* Settings).folder, "webhooks.journal")
      fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
      const before = fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n") : []
      // What was written long ago has been settled since.
      const known = new Set(before.slice(-10_000))
      if (before.length > 20_000) fs.writeFileSync(file, before.slice(-10_000).join("\n"))
      const handle = yield* Effect.acquireRelease(
        Effect.sync(() => fs.openSync(file, "a", 0o600)),
        (handle) => Effect.sync(() => fs.closeSync(handle))
      )
      return Journal.of({
        noteUnsafe: (id, attempt) => {
          fs.writeSync(handle, `${id}:${attempt}\n`)
          known.add(`${id}:${attempt}`)
        },
        has: (id, attempt) => known.has(`${id}:${attempt}`),
        forgetUnsafe: (id, attempt) => void known.delete(`${id}:${attempt}`)
      })
    })
  )
}
