/** The texts that a report carries with it, read from uPlot's package and from ours. */
import { readFileSync } from "node:fs"
import type { Assets } from "../../report/Page.ts"

const plot = new URL("./", import.meta.resolve("uplot"))
const own = new URL("../../../page/", import.meta.url)

const text = (name: string, at: URL): string => readFileSync(new URL(name, at), "utf8")

export const read = (): Assets => ({
  plotScript: text("uPlot.iife.min.js", plot),
  plotStyle: text("uPlot.min.css", plot),
  style: text("style.css", own),
  draw: text("draw.mjs", own)
})
