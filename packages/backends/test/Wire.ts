/** Pages of `fixtures/wire`, by engine, version and name. */
import { readdirSync, readFileSync } from "node:fs"

const at = (name: string): URL => new URL(`../../../fixtures/wire/${name}`, import.meta.url)

export const page = (name: string): string => readFileSync(at(name), "utf8")

/** What a folder holds. */
export const entries = (folder: string): ReadonlyArray<string> => readdirSync(at(folder))
