import { Lru } from "@aiguilleur/store/Lru"
import { assert, describe, it } from "@effect/vitest"

const filled = (...names: ReadonlyArray<string>) => {
  const lru = new Lru<string>(3)
  for (const name of names) lru.set(name, name.toUpperCase())
  return lru
}

describe("Lru", () => {
  it("lets the oldest go that was not asked for, and says which it was", () => {
    const lru = filled("a", "b", "c")
    assert.strictEqual(lru.get("a"), "A")
    assert.strictEqual(lru.set("d", "D"), "B")
    assert.deepStrictEqual(["a", "b", "c", "d"].map((name) => lru.get(name)), ["A", undefined, "C", "D"])
    assert.strictEqual(lru.size, 3)
  })

  it("takes a newcomer in though all others were asked for", () => {
    const lru = filled("a", "b", "c")
    for (const name of ["a", "b", "c"]) lru.get(name)
    assert.strictEqual(lru.set("d", "D"), "A")
    assert.strictEqual(lru.get("d"), "D")
  })

  it("replaces a value without letting anybody go", () => {
    const lru = filled("a", "b", "c")
    assert.isUndefined(lru.set("a", "new"))
    assert.strictEqual(lru.get("a"), "new")
    lru.delete("a")
    assert.isUndefined(lru.get("a"))
    assert.strictEqual(lru.size, 2)
  })
})
