/** Writes the table of endpoints and engines into docs/engines.md, from the drivers. */
import { readFileSync, writeFileSync } from "node:fs"
import { updated } from "../packages/backends/src/EndpointTable.ts"

const page = new URL("../docs/engines.md", import.meta.url)
const text = updated(readFileSync(page, "utf8"))
if (text === undefined) throw new Error("docs/engines.md has lost the marks between which the table goes.")
writeFileSync(page, text)
