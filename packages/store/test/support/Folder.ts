/** A folder for one test, removed with its scope. */
import { Effect } from "effect"
import * as fs from "node:fs/promises"
import * as os from "node:os"
import * as path from "node:path"

export const folder = Effect.acquireRelease(
  Effect.promise(async () => {
    const made = await fs.mkdtemp(path.join(os.tmpdir(), "aig-"))
    // PostgreSQL may run as another user.
    await fs.chmod(made, 0o755)
    return made
  }),
  (made) => Effect.promise(() => fs.rm(made, { recursive: true, force: true }))
)
