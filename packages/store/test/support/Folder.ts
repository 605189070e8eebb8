/** A folder for one test, removed with its scope. */
import { Context, Effect, Layer, type Scope } from "effect"
import { execFile } from "node:child_process"
import * as fs from "node:fs/promises"
import * as os from "node:os"
import * as path from "node:path"
import { promisify } from "node:util"
import * as Embedded from "../../src/Embedded.ts"

export const folder = Effect.acquireRelease(
  Effect.promise(async () => {
    const made = await fs.mkdtemp(path.join(os.tmpdir(), "aig-"))
    // PostgreSQL may run as another user.
    await fs.chmod(made, 0o755)
    return made
  }),
  (made) => Effect.promise(() => fs.rm(made, { recursive: true, force: true }))
)

/** A data folder that an embedded server has used and left, to be copied: making one takes a second of two cores. */
export class Template extends Context.Service<Template, {
  readonly copy: Effect.Effect<string, never, Scope.Scope>
}>()("@aiguilleur/store/test/Template") {
  static readonly layer = Layer.effect(
    Template,
    Effect.gen(function*() {
      const made = yield* folder
      yield* Effect.scoped(Embedded.make({ data: made, role: "gateway" }))
      const copy = Effect.gen(function*() {
        const data = yield* folder
        yield* Effect.promise(() => promisify(execFile)("cp", ["-a", path.join(made, "postgres"), data]))
        return data
      })
      return Template.of({ copy })
    })
  )
}
