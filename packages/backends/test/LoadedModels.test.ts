import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { canonical, read } from "../src/LoadedModels.ts"

const spellings: Array<readonly [name: string, canonical: string]> = [
  ["llama3.2", "llama3.2:latest"],
  ["llama3.2:latest", "llama3.2:latest"],
  ["Mistral:7B", "mistral:7b"],
  ["hf.co/org/Model-GGUF:Q4_K_M", "hf.co/org/model-gguf:q4_k_m"],
  ["registry:5000/library/a", "registry:5000/library/a:latest"]
]

describe("LoadedModels", () => {
  it.each(spellings)("knows %s as %s", (name, expected) => {
    assert.strictEqual(canonical(name), expected)
    assert.strictEqual(canonical(expected), expected)
  })

  it("takes null for no model, and what is no such page for nothing", () => {
    assert.strictEqual(read(`{"models":null}`)?.size, 0)
    assert.strictEqual(read(`{"models":[]}`)?.size, 0)
    for (const body of ["", "<html>", "[]", `{"models":["speaches"]}`, `{"error":"unauthorized"}`]) {
      assert.isUndefined(read(body))
    }
  })

  it.prop("reads any text without throwing", [Schema.String], ([text]) => {
    read(text)
    read(`{"models":[{"name":${JSON.stringify(text)}}]}`)
  })
})
