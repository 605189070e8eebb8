import { endpointsOf } from "@aiguilleur/backends/Backends"
import type { Endpoint } from "@aiguilleur/backends/Endpoint"
import { all, paths } from "@aiguilleur/backends/Endpoint"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Rig from "./Rig.ts"

const ask = (rig: Rig.Rig, path: string, body: Record<string, unknown> = {}) =>
  Rig.post(rig, { model: "test-model", ...body }, { path })

describe("An endpoint", () => {
  it.live("that no server of the model has is refused with the reason, and nothing is sent", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [{ face: "ollama" }, { face: "lmdeploy" }] })
      const response = yield* ask(rig, "/v1/rerank", { query: "a", documents: ["b"] })
      assert.strictEqual(response.status, 404)
      const { error } = yield* Rig.json(response)
      assert.deepStrictEqual([error!["code"], error!["message"]] as Array<unknown>, [
        "endpoint_not_served",
        "No server of this model has /v1/rerank: Ollama and LMDeploy cannot do that."
      ])
      assert.deepStrictEqual(rig.servers.map((server) => server.received()), [0, 0])
    }))

  it.live("is asked of those servers of a mixed model that have it, however free the others are", () =>
    Effect.gen(function*() {
      const rig = yield* Rig.make({ servers: [{ face: "ollama" }, { face: "vllm" }, { face: "lmdeploy" }] })
      for (let n = 0; n < 4; n++) {
        const response = yield* ask(rig, "/v1/rerank", { query: "a", documents: ["b"] })
        assert.strictEqual(response.status, 200, yield* Rig.text(response))
      }
      assert.deepStrictEqual(rig.servers.map((server) => server.received()), [0, 4, 0])
    }))

  const others = all.flatMap((endpoint) => paths[endpoint].map((path) => [endpoint, path] as const))
    .filter(([, path]) => !path.startsWith("/v1/"))

  it.live.each(others)("%s is found outside of /v1 too: %s", ([endpoint, path]) =>
    Effect.gen(function*() {
      const face = endpointsOf("vllm")[endpoint as Endpoint] === "no" ? "ollama" : "vllm"
      const rig = yield* Rig.make({ servers: [{ face }] })
      yield* ask(rig, path)
      assert.strictEqual(rig.server.hits(path), 1)
    }))
})
