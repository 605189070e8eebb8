/** The built pages in memory, each file with its compressed forms and what its browser is told of it. */
import { hash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { extname, join, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"

export interface PageFile {
  readonly bytes: Uint8Array
  readonly brotli: Uint8Array | undefined
  readonly gzip: Uint8Array | undefined
  readonly type: string
  readonly etag: string
  /** Its name holds a hash of its content: a browser never needs to ask for it again. */
  readonly immutable: boolean
}

/** By path below the root of the service, `dashboard/index.html` for one. */
export type PageFiles = ReadonlyMap<string, PageFile>

/** Where the set-up puts them. */
export const built = fileURLToPath(new URL("../../../web/dist/", import.meta.url))

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2"
}

const hashed = /(?:^|\/)assets\/[^/]+-[\w-]{8}\.\w+$/

/** Files of any other kind are not served. Empty where nothing was built. */
export const read = (folder: string = built): PageFiles => {
  const files = new Map<string, PageFile>()
  if (!existsSync(folder)) return files
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const type = types[extname(entry.name)]
    if (!entry.isFile() || type === undefined) continue
    const file = join(entry.parentPath, entry.name)
    const path = relative(folder, file).replaceAll(sep, "/")
    const bytes = readFileSync(file)
    const compressed = (suffix: string) => existsSync(file + suffix) ? readFileSync(file + suffix) : undefined
    files.set(path, {
      bytes,
      brotli: compressed(".br"),
      gzip: compressed(".gz"),
      type,
      etag: `"${hash("sha256", bytes, "base64url").slice(0, 22)}"`,
      immutable: hashed.test(path)
    })
  }
  return files
}
