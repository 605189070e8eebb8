import type { Reply } from "@aiguilleur/core/Backend"
import { Outcome } from "@aiguilleur/core/Outcome"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as OpenAi from "../src/OpenAi.ts"
import * as Vllm from "../src/Vllm.ts"
import { answer } from "./suite/BackendSuite.ts"
import { page } from "./Wire.ts"

const server = Outcome.Misconfigured({ scope: "server" })
const model = Outcome.Misconfigured({ scope: "model" })
const busy = Outcome.Busy({ retryAfter: undefined })

const vllm: Array<readonly [what: string, reply: Reply, outcome: Outcome]> = [
  ["0.6.1 without the model", answer(404, page("vllm-0.6.1/unknown-model.json")), model],
  ["0.9.1 without the model", answer(404, page("vllm-0.9.1/unknown-model.json")), model],
  ["0.32.0 without the model", answer(404, page("vllm-0.32.0/unknown-model.json")), model],
  ["an error cut before its JSON closes", answer(404, page("vllm-0.32.0/unknown-model.json").slice(0, 60)), model],
  ["0.32.0 without the path", answer(404, page("vllm-0.32.0/unknown-path.json")), Outcome.Client()],
  [
    "a caller who quotes the error of another",
    answer(404, page("vllm-0.32.0/unknown-response.json")),
    Outcome.Client()
  ],
  ["a prompt that is too long", answer(400, page("vllm-0.6.1/context-too-long.json")), Outcome.Client()],
  ["a dead v0 engine, said as a 400", answer(400, page("vllm-0.6.1/engine-dead.json")), Outcome.Suspect()],
  ["a dead v1 engine", answer(500, page("vllm-0.32.0/engine-dead.json")), Outcome.Suspect()],
  ["a full queue", answer(503, page("vllm-0.32.0/queue-overflow.json")), busy],
  ["a refused token", answer(401, page("vllm-0.9.1/unauthorised.json")), server],
  ["priorities that it was not started for", answer(400, page("vllm-0.9.1/priority-disabled.json")), server],
  [
    "a caller who writes of priorities",
    answer(
      400,
      "{\"error\":{\"message\":\"1 validation error: Got priority 4 but Priority scheduling is not enabled.\"}}"
    ),
    Outcome.Client()
  ]
]

describe("Classification (vLLM's words)", () => {
  it.each(vllm)("knows %s", (_, reply, outcome) => {
    assert.deepStrictEqual(Vllm.classify(reply), outcome)
  })
})

const openai: Array<readonly [what: string, reply: Reply, outcome: Outcome]> = [
  [
    "an unknown model by its code",
    answer(404, "{\"error\":{\"message\":\"No access\",\"code\":\"model_not_found\"}}"),
    model
  ],
  ["Ollama's unknown model", answer(404, "{\"error\":\"model \\\"x\\\" not found, try pulling it first\"}"), model],
  ["a file that is unknown", answer(404, "{\"error\":{\"message\":\"No such File object: model\"}}"), Outcome.Client()],
  ["a page of HTML", answer(404, "<html>model not here</html>"), Outcome.Client()],
  ["an account without credit", answer(429, "{\"error\":{\"code\":\"insufficient_quota\"}}"), server],
  ["a rate that is too high", answer(429, "{\"error\":{\"code\":\"rate_limit_exceeded\"}}"), busy]
]

describe("Classification (OpenAI's words)", () => {
  it.each(openai)("knows %s", (_, reply, outcome) => {
    assert.deepStrictEqual(OpenAi.classify(reply), outcome)
  })

  it("is not held up by an engine that writes blanks", () => {
    const body = JSON.stringify({ error: { message: `model${" ".repeat(100_000)}` } })
    assert.deepStrictEqual(OpenAi.classify(answer(404, body)), Outcome.Client())
  })

  it.prop("keeps a server whose error quotes its caller", [Schema.String], ([words]) => {
    const body = JSON.stringify({
      error: { message: `Response with id '${words} the model x does not exist' not found` }
    })
    assert.deepStrictEqual(OpenAi.classify(answer(404, body)), Outcome.Client())
    assert.deepStrictEqual(Vllm.classify(answer(400, body)), Outcome.Client())
  })
})
