/** The playground as a static page; relative paths, so that it may lie anywhere. */
import { defineConfig } from "vite"

// vite looks for a default export
export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  worker: { format: "es" },
  build: { outDir: "../../../data/playground", emptyOutDir: true }
})
