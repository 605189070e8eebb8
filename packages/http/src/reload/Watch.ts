/** Tells when the text of a file has changed, whoever replaced it and how. */
import { Effect, Queue, Stream } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"

const read = (file: string) => Effect.promise(() => fs.promises.readFile(file, "utf8").catch(() => undefined))

/** An editor, and a mounted volume, write in several steps. */
const settled = "200 millis"

/**
 * The folder is watched rather than the file: editors put a new file in the place of the old one, and Kubernetes
 * swaps a link beside it.
 */
export const changes = (file: string): Stream.Stream<void> =>
  Stream.unwrap(Effect.map(read(file), (text) => after(file, text)))

const after = (file: string, first: string | undefined): Stream.Stream<void> =>
  Stream.callback<void>((queue) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        const watcher = fs.watch(path.dirname(file), () => Queue.offerUnsafe(queue, undefined))
        watcher.on("error", () => {})
        return watcher
      }),
      (watcher) => Effect.sync(() => watcher.close())
    )
  ).pipe(
    Stream.debounce(settled),
    Stream.mapEffect(() => read(file)),
    // What is gone for a moment is on its way back.
    Stream.filter((text) => text !== undefined),
    Stream.mapAccum(
      () => first,
      (before, text) => [text, before === text ? [] : [undefined]] as const
    )
  )
