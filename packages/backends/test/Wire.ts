/** Pages of `fixtures/wire`, by engine, version and name. */
import { readFileSync } from "node:fs"

export const page = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/wire/${name}`, import.meta.url), "utf8")
