// Builds the pages that the gateway serves, and compresses them once, so that no request has to.
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { brotliCompressSync, constants, gzipSync } from "node:zlib"
import { build } from "vite"

const packages = fileURLToPath(new URL("../packages/", import.meta.url))
const web = join(packages, "web")
const fresh = join(web, "dist.new")

const make = (root, outDir) =>
  build({
    root,
    configFile: join(root, "vite.config.ts"),
    logLevel: "warn",
    build: { outDir, emptyOutDir: true, reportCompressedSize: false }
  })

/** Fonts are compressed already, and a few hundred bytes are one packet whatever is done to them. */
const worthwhile = (name, { length }) => !name.endsWith(".woff2") && length > 1_000

const compress = (folder) => {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const bytes = readFileSync(file)
    if (!worthwhile(entry.name, bytes)) continue
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
    const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }))
  }
}

await make(web, fresh)
await make(join(packages, "lab/playground"), join(fresh, "playground"))
compress(fresh)
// A gateway that starts meanwhile finds the old pages or the new ones.
rmSync(join(web, "dist"), { recursive: true, force: true })
renameSync(fresh, join(web, "dist"))
