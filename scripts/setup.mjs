// Brings `node_modules` in line with the lockfile and the built pages in line with their sources; does nothing when
// they already are.
// Plain JavaScript for any Node from 18: it runs before Node 24 has been installed.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const stamp = `${root}node_modules/.aiguilleur-lock`
const lock = readFileSync(`${root}package-lock.json`, "utf8")

if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lock) {
  console.error("Setting up: npm install (once, and after a change of package-lock.json) …")
  // Not `npm ci`: it refuses a lockfile that lacks the optional packages of another platform, and some of our tools
  // list platforms that a registry does not carry. `--no-save` installs what the lockfile says and leaves it alone.
  const { status } = spawnSync("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32"
  })
  if (status !== 0) {
    console.error("npm install failed; its message is above. Check that the npm registry is reachable and try again.")
    process.exit(status ?? 1)
  }
  writeFileSync(stamp, lock)
}

const binary = `${root}node_modules/.bin/node`
const major = Number(process.versions.node.split(".")[0])
if (major < 24 && !existsSync(binary)) {
  console.error(
    `Node ${process.versions.node} is too old (24 or later is needed) and npm offers no Node 24 for ` +
      `${process.platform}-${process.arch}. Install Node 24 or later and run the command again.`
  )
  process.exit(1)
}

// What the pages are made of: themselves, the playground, and the dispatcher and the laboratory that run inside it.
const sources = ["web", "lab/page", "lab/playground", "lab/src", "core/src"]
const beside = new Set(["node_modules", "dist", "dist.new", "test"])

const addTo = (hash, folder) => {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = join(folder, entry.name)
    if (beside.has(entry.name)) continue
    if (entry.isDirectory()) addTo(hash, path)
    else hash.update(path.slice(root.length)).update(readFileSync(path))
  }
}

const hash = createHash("sha256").update(lock).update(readFileSync(`${root}scripts/pages.mjs`))
for (const folder of sources) addTo(hash, `${root}packages/${folder}`)
const wanted = hash.digest("hex")
const built = `${root}packages/web/dist/.sources`

if (!existsSync(built) || readFileSync(built, "utf8") !== wanted) {
  console.error("Building the pages …")
  const node = existsSync(binary) ? binary : process.execPath
  const { status } = spawnSync(node, [`${root}scripts/pages.mjs`], { cwd: root, stdio: ["ignore", 2, 2] })
  if (status !== 0) {
    console.error("The pages could not be built; the message is above.")
    process.exit(status ?? 1)
  }
  writeFileSync(built, wanted)
}
