import { assert, describe, it } from "@effect/vitest"
import { all, endpointOf, having, moved, paths, serves } from "../src/Endpoint.ts"

describe("Endpoint", () => {
  it("has each path once", () => {
    const known = all.flatMap((endpoint) => [...paths[endpoint]])
    assert.strictEqual(new Set<string>(known).size, known.length)
    assert.deepStrictEqual(known.map(endpointOf), all.flatMap((endpoint) => paths[endpoint].map(() => endpoint)))
  })

  const asked: Array<readonly [path: string, endpoint: string | undefined]> = [
    ["/v1/chat/completions", "chat"],
    ["/v1/chat/completions/", "chat"],
    ["/v1/chat/completions?api-version=1", "chat"],
    ["/v1/chat/completions/chatcmpl-1", undefined],
    ["/tokenize", "tokenize"],
    ["/api/chat", "ollamaChat"],
    ["/", undefined],
    ["", undefined]
  ]
  it.each(asked)("takes %s for %s", (path, endpoint) => {
    assert.strictEqual(endpointOf(path), endpoint)
  })

  it("keeps the query of a path that is another elsewhere", () => {
    assert.strictEqual(moved("/v1/tokenize", "/tokenize"), "/tokenize")
    assert.strictEqual(moved("/v1/tokenize?a=/b?c", "/tokenize"), "/tokenize?a=/b?c")
  })

  it("takes what a table does not name for absent, and what it calls uncertain for worth a try", () => {
    const endpoints = having(["chat"], ["embeddings"])
    assert.deepStrictEqual([endpoints.chat, endpoints.embeddings, endpoints.rerank], ["yes", "depends", "no"])
    assert.isTrue(serves(endpoints, "/v1/embeddings"))
    assert.isFalse(serves(endpoints, "/v2/rerank"))
  })
})
