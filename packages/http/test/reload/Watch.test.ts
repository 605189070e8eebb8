import { assert, describe, it } from "@effect/vitest"
import { Effect, Queue, Stream } from "effect"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { folder } from "../../../store/test/support/Folder.ts"
import * as Watch from "../../src/reload/Watch.ts"

describe("A watched file", () => {
  it.live("tells of each text once, written in place, put in place or linked anew", () =>
    Effect.gen(function*() {
      const home = yield* folder
      const file = path.join(home, "aiguilleur.yaml")
      const write = (name: string, text: string) => Effect.promise(() => fs.writeFile(path.join(home, name), text))
      yield* write("aiguilleur.yaml", "one")
      const heard = yield* Queue.unbounded<void>()
      yield* Effect.forkScoped(Stream.runForEach(Watch.changes(file), () => Queue.offer(heard, undefined)), {
        startImmediately: true
      })
      const after = (change: Effect.Effect<unknown>) => Effect.andThen(change, Queue.take(heard))
      yield* after(write("aiguilleur.yaml", "two"))
      yield* write("next", "three")
      yield* after(Effect.promise(() => fs.rename(path.join(home, "next"), file)))
      yield* write("linked", "four")
      yield* Effect.promise(() => fs.symlink("linked", path.join(home, "link")))
      yield* after(Effect.promise(() => fs.rename(path.join(home, "link"), file)))
      yield* after(write("linked", "five"))
      assert.strictEqual(yield* Queue.size(heard), 0)
    }), 30_000)
})
