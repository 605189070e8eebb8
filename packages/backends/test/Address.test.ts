import { assert, describe, it } from "@effect/vitest"
import { origin, target, url } from "../src/Address.ts"

const joined: Array<readonly [server: string, path: string, whole: string]> = [
  ["http://h:1", "/v1/chat/completions", "http://h:1/v1/chat/completions"],
  ["http://h:1/", "/v1/chat/completions", "http://h:1/v1/chat/completions"],
  ["http://h:1/v1", "/v1/chat/completions", "http://h:1/v1/chat/completions"],
  ["http://h:1/v1/", "/v1/chat/completions", "http://h:1/v1/chat/completions"],
  ["http://h:1/v1", "/health", "http://h:1/health"],
  ["https://h/vllm/a", "/v1/models", "https://h/vllm/a/v1/models"],
  ["https://h/vllm/a/", "/metrics", "https://h/vllm/a/metrics"],
  ["https://api.example.org/openai/v1", "/v1/embeddings", "https://api.example.org/openai/v1/embeddings"],
  ["https://api.example.org/openai/v1", "/v1/files?limit=2", "https://api.example.org/openai/v1/files?limit=2"],
  ["https://h/av1", "/v1/models", "https://h/av1/v1/models"],
  ["https://h/v1beta", "/v1/models", "https://h/v1beta/v1/models"],
  ["https://h/v1//", "/v1/models", "https://h/v1/models"],
  ["https://h?key=1", "/v1/models", "https://h/v1/models"],
  ["https://h/a#b", "/v1/models", "https://h/a/v1/models"],
  ["http://[::1]:8000/v1", "/v1/models", "http://[::1]:8000/v1/models"],
  ["http://h", "v1/models", "http://h/v1/models"]
]

describe("Address", () => {
  it.each(joined)("joins %s and %s", (server, path, whole) => {
    assert.strictEqual(url(server, path), whole)
    assert.strictEqual(origin(server) + target(server, path), whole)
  })
})
