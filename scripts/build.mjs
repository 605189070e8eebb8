// Compiles the product to JavaScript with source maps, into dist/: a tree like this one, so that what a module finds
// beside itself it finds there too. `npm install --omit=dev` in dist/ brings the libraries.
import { spawnSync } from "node:child_process"
import { chmodSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const dist = `${root}dist/`
const read = (file) => JSON.parse(readFileSync(file, "utf8"))
const write = (file, value) => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)

/** Packages that run. The pages are in the build already, as files. */
const packages = ["backends", "core", "http", "lab", "store", "stt"]

/** What compiled modules read from beside themselves. */
const assets = ["packages/web/dist", "packages/lab/page"]

const compiled = (paths) =>
  Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, path.replace(/\.ts$/, ".js")]))

rmSync(dist, { recursive: true, force: true })
const { status } = spawnSync("tsc", ["-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" })
if (status !== 0) process.exit(status ?? 1)
for (const asset of assets) cpSync(`${root}${asset}`, `${dist}${asset}`, { recursive: true })
for (const name of packages) {
  const { bin, exports, ...rest } = read(`${root}packages/${name}/package.json`)
  write(`${dist}packages/${name}/package.json`, {
    ...rest,
    exports: compiled(exports),
    ...(bin === undefined ? {} : { bin: compiled(bin) })
  })
}
const { license, name, private: isPrivate, type, version } = read(`${root}package.json`)
// The lockfile is the development tree's, so that every library has the version that was tested.
cpSync(`${root}package-lock.json`, `${dist}package-lock.json`)
write(`${dist}package.json`, {
  name,
  version,
  private: isPrivate,
  license,
  type,
  engines: { node: ">=24" },
  workspaces: packages.map((name) => `packages/${name}`)
})
chmodSync(`${dist}packages/http/src/main.js`, 0o755)
