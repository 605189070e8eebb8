/** The metrics page, as a scraper reads it. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { ask, get } from "./Client.ts"

const labels = `engine="0",model_name="simulated"`

/** The value of one series, or undefined when the page does not have it. */
const read = (page: string, name: string, more = "") => {
  const line = page.split("\n").find((line) => line.startsWith(`vllm:${name}{${labels}${more}} `))
  return line === undefined ? undefined : Number(line.split(" ")[1])
}

const scrape = (server: SimulatedServer.SimulatedServer) =>
  Effect.map(get(server, "/metrics"), ({ text }) => (name: string, more?: string) => read(text, name, more))

describe("the metrics page", () => {
  it.effect("follows requests from the queue to their end", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start({ manual: true, maxNumSeqs: 1 })
      const clients = yield* Effect.forkChild(Effect.all([ask(server), ask(server)], { concurrency: 2 }))
      yield* server.awaitWaiting(2)
      server.step()
      const busy = yield* scrape(server)
      assert.deepStrictEqual([busy("num_requests_running"), busy("num_requests_waiting")], [1, 1])
      assert.isAbove(busy("kv_cache_usage_perc")!, 0)
      assert.deepStrictEqual([busy("prompt_tokens_total"), busy("generation_tokens_total")], [2, 1])
      server.stepUntilIdle()
      yield* Fiber.join(clients)
      const idle = yield* scrape(server)
      assert.deepStrictEqual([idle("num_requests_running"), idle("num_requests_waiting")], [0, 0])
      assert.strictEqual(idle("kv_cache_usage_perc"), 0)
      assert.deepStrictEqual([idle("prompt_tokens_total"), idle("generation_tokens_total")], [4, 16])
      assert.strictEqual(idle("request_success_total", `,finished_reason="length"`), 2)
    }))

  it.effect("has no histogram before the first token, and a cumulative one after", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start({ manual: true, maxNumSeqs: 1 })
      const before = yield* scrape(server)
      assert.isUndefined(before("time_to_first_token_seconds_count"))
      assert.strictEqual(before("num_requests_running"), 0)
      const clients = yield* Effect.forkChild(Effect.all([ask(server), ask(server)], { concurrency: 2 }))
      yield* server.awaitWaiting(2)
      server.stepUntilIdle()
      yield* Fiber.join(clients)
      const after = yield* scrape(server)
      // one first token after a step of 1 ms, the other after eight steps and its own
      const bucket = (le: string) => after("time_to_first_token_seconds_bucket", `,le="${le}"`)
      assert.deepStrictEqual(["0.001", "0.005", "0.01", "2560.0", "+Inf"].map(bucket), [1, 1, 2, 2, 2])
      assert.strictEqual(after("time_to_first_token_seconds_count"), 2)
      assert.closeTo(after("time_to_first_token_seconds_sum")!, 0.01, 1e-9)
    }))

  it.effect("counts what of a prompt was known from before, by whole blocks, where the engine has such a cache", () =>
    Effect.gen(function*() {
      const prompt = (end: string) => ({ messages: [{ role: "user", content: "0123456789abcdef".repeat(9) + end }] })
      const found = Effect.fnUntraced(function*(options: SimulatedServer.Options) {
        const server = yield* SimulatedServer.start(options)
        for (const end of ["first", "other", "first"]) yield* ask(server, { body: prompt(end) })
        const page = yield* scrape(server)
        return [page("prefix_cache_queries_total"), page("prefix_cache_hits_total")]
      })
      // 38 tokens make two whole blocks of 16
      assert.deepStrictEqual(yield* found({}), [114, 64])
      assert.deepStrictEqual(yield* found({ prefixCaching: false }), [114, 0])
    }))

  it.effect("is empty when the server is started without statistics", () =>
    Effect.gen(function*() {
      const server = yield* SimulatedServer.start({ logStats: false })
      assert.deepInclude(yield* get(server, "/metrics"), { status: 200, text: "" })
    }))
})
