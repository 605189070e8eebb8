/** Tells when the text of a file has changed, whoever replaced it and how. */
import { Effect, Queue, Stream } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"

/** What is gone for a moment is on its way back. */
const read = (file: string): string | undefined => {
  try {
    return fs.readFileSync(file, "utf8")
  } catch {
    return undefined
  }
}

/** An editor, and a mounted volume, write in several steps. */
const settled = "200 millis"

/**
 * The folder is watched rather than the file: editors put a new file in the place of the old one, and Kubernetes
 * swaps a link beside it.
 */
export const changes = (file: string): Stream.Stream<void> => {
  let last: string | undefined
  return Stream.callback<void>((queue) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        const watcher = fs.watch(path.dirname(file), () => Queue.offerUnsafe(queue, undefined))
        // The folder itself has gone; SIGHUP still works.
        watcher.on("error", () => {})
        last = read(file)
        return watcher
      }),
      (watcher) => Effect.sync(() => watcher.close())
    )
  ).pipe(
    Stream.debounce(settled),
    Stream.filter(() => {
      const now = read(file)
      if (now === undefined || now === last) return false
      last = now
      return true
    })
  )
}
