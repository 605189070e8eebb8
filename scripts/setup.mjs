// Brings `node_modules` in line with the lockfile, and does nothing when it already is.
// Plain JavaScript for any Node from 18: it runs before Node 24 has been installed.
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
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
