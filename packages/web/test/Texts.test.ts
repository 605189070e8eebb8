import { assert, describe, it } from "@effect/vitest"
import { modules, nodesOf } from "./support/Source.ts"
import { problemsOf } from "./support/Wording.ts"

const planted = (source: string) => problemsOf(nodesOf("planted.tsx", source))

describe("the texts of the pages", () => {
  it("are all there in both languages, and nothing that people read stands outside them", () => {
    const problems = modules().flatMap(([file, nodes]) => problemsOf(nodes).map((problem) => `${file}: ${problem}`))
    assert.deepStrictEqual(problems, [])
  })

  it.each([
    ["a language that is missing", `const t = { wait: { en: "waits" } }`, ["a text lacks fr"]],
    ["an empty one", `const t = { wait: { en: "waits", fr: "" } }`, ["a text lacks fr"]],
    ["a value that one language forgets", "const t = { n: { en: (n) => `${n} wait`, fr: () => `ils attendent` } }", [
      "a text takes different values in each language"
    ]],
    ["words in the markup", "const a = <p>Nobody waits {now}</p>", ["\"Nobody waits\" is written in the markup"]],
    ["words that are read out", "const a = <button aria-label=\"Close\">×</button>", [
      "aria-label=\"Close\" is written in the markup"
    ]],
    ["and nothing where all is well", "const t = { a: { en: \"a\", fr: \"b\" } }; const b = <p>{t.a} · 3</p>", []]
  ])("are told apart: %s", (_, source, expected) => {
    assert.deepStrictEqual(planted(source), expected)
  })
})
