/** Every folder here with an `index.html` is a page; relative paths, so that they may lie below any prefix. */
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { defineConfig } from "vite"

const root = import.meta.dirname

const pages = readdirSync(root)
  .map((name) => [name, join(root, name, "index.html")] as const)
  .filter(([, file]) => existsSync(file))

// vite looks for a default export
export default defineConfig({
  root,
  base: "./",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // Everything comes from files of our own, so that the strictest content policy holds.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: Object.fromEntries(pages) }
  }
})
