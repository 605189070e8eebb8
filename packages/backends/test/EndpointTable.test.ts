import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { closing, opening, table, updated } from "../src/EndpointTable.ts"

const page = readFileSync(new URL("../../../docs/engines.md", import.meta.url), "utf8")

describe("EndpointTable", () => {
  it("is in docs/engines.md as the drivers have it (else: npx node scripts/endpoint-table.mjs)", () => {
    assert.strictEqual(updated(page), page)
  })

  it("has a row for rerank, which Ollama does not have and some vLLM does", () => {
    const [head = "", , ...rows] = table().split("\n")
    const cells = (line: string) => line.split("|").map((cell) => cell.trim())
    const rerank = cells(rows.find((line) => line.includes("/v1/rerank")) ?? "")
    assert.deepStrictEqual([rerank[cells(head).indexOf("Ollama")], rerank[cells(head).indexOf("vLLM")]], ["–", "(yes)"])
  })

  it("is put between its marks and nowhere else", () => {
    assert.isUndefined(updated("no place"))
    assert.strictEqual(updated(`a\n${opening}\nold\n${closing}\nb`), `a\n${opening}\n${table()}\n${closing}\nb`)
  })
})
