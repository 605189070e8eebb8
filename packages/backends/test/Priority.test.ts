import type { ServerKind } from "@aiguilleur/core/Server"
import { assert, describe, it } from "@effect/vitest"
import { drivers } from "../src/Backends.ts"
import { modelOf, outgoing, serverOf } from "./suite/BackendSuite.ts"

const told = (kind: ServerKind, priorityScheduling: boolean) =>
  drivers[kind].rewrite(serverOf(kind, { priorityScheduling }), modelOf(), outgoing({ priority: 1 })).fields["priority"]

describe("A priority", () => {
  it("is told to a vLLM that was started for it, in vLLM's polarity, and to no other vLLM", () => {
    assert.deepStrictEqual([told("vllm", true), told("vllm", false)], [4, undefined])
  })

  it.each(["lmdeploy", "ollama", "openai", "whisper"] as const)(
    "is never told to %s, whatever was configured",
    (kind) => {
      assert.deepStrictEqual([told(kind, true), told(kind, false)], [undefined, undefined])
    }
  )
})
