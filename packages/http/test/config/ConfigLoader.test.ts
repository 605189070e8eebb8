import { defaults } from "@aiguilleur/core/Settings"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { createHash } from "node:crypto"
import { fileURLToPath } from "node:url"
import { load } from "../../src/config/ConfigLoader.ts"
import { config, environment, small } from "./ConfigText.ts"

const fixture = (name: string) => fileURLToPath(new URL(`../../../../fixtures/config/${name}`, import.meta.url))

layer(NodeFileSystem.layer)("ConfigLoader on fixtures", (it) => {
  it.effect("loads the file of the design page", () =>
    Effect.gen(function*() {
      const loaded = yield* load(fixture("design.yaml"), { environment })
      assert.deepStrictEqual(loaded.http, {
        host: "127.0.0.1",
        port: 8080,
        maxBody: 32_000_000,
        maxHeldBytes: 512_000_000,
        maxSpooledBytes: 5_000_000_000,
        maxUpload: 500_000_000,
        metrics: "key",
        trustedProxies: []
      })
      assert.deepStrictEqual(loaded.timeouts, { firstByte: 300_000, idle: 60_000, total: 600_000, shutdown: 30_000 })
      assert.deepStrictEqual(loaded.settings, defaults)
      assert.deepStrictEqual(loaded.organisations, [{ name: "univ-a", weight: 1 }])
      assert.deepStrictEqual(loaded.models, [{
        name: "mistral31-24b",
        engineName: "mistralai/Mistral-Small-3.1-24B-Instruct-2503",
        aliases: ["mistral-small", "mistralai/Mistral-Small-3.1-24B-Instruct-2503"],
        strategy: "least-busy",
        policy: "performance",
        ttftThreshold: 500,
        patience: 570_000,
        servers: ["http://10.0.0.1:8000"]
      }])
      const [{ token, ...server } = assert.fail("no server")] = loaded.servers
      assert.strictEqual(Redacted.value(token!), environment.DC1_TOKEN)
      assert.deepStrictEqual(server, {
        url: "http://10.0.0.1:8000",
        kind: "vllm",
        organisation: "univ-a",
        site: "dc1",
        maxConcurrent: 20,
        headroom: 0,
        ownerReserve: 0,
        priorityScheduling: false
      })
      assert.deepStrictEqual(loaded.keys[1], {
        name: "lab-7",
        secretHash: createHash("sha256").update(environment.LAB7_KEY!).digest("hex"),
        prefix: environment.LAB7_KEY!.slice(0, 4),
        caller: {
          key: "key:lab-7",
          organisation: "univ-a",
          priority: 1,
          routingMode: "private-only",
          models: ["mistral31-24b"],
          sites: ["dc1"],
          organisations: ["univ-a"]
        },
        expires: Date.UTC(2027, 5, 30),
        waitEvents: true,
        rights: "none"
      })
      assert.deepStrictEqual(loaded.warnings, [])
    }))

  it.effect("loads the predecessor's Helm values, ignoring what is not ours", () =>
    Effect.gen(function*() {
      const { models, organisations, servers, warnings } = yield* load(fixture("helm-values.yaml"), { environment })
      assert.deepStrictEqual(models.map(({ name, policy, strategy }) => [name, strategy, policy]), [
        ["mistral-small", "least-busy", "performance"],
        ["qwen-coder", "round-robin", "concurrent-requests"]
      ])
      assert.deepStrictEqual(
        servers.map((s) => [s.url, s.kind, s.organisation, s.site, s.maxConcurrent, s.token !== undefined]),
        [
          ["http://gpu-1.univ-a.example:8000", "vllm", "univ-a", "univ-a", 20, true],
          ["http://gpu-7.univ-b.example:8000", "vllm", "univ-b", "univ-b", 40, false],
          ["https://llm.univ-c.example/qwen", "vllm", "univ-c", "univ-c", 100, false]
        ]
      )
      assert.deepStrictEqual(models[1]?.servers, [
        "http://gpu-1.univ-a.example:8000",
        "https://llm.univ-c.example/qwen"
      ])
      assert.deepStrictEqual(organisations, ["univ-a", "univ-b", "univ-c"].map((name) => ({ name, weight: 1 })))
      assert.deepStrictEqual(
        warnings.map(({ path }) => path),
        ["", "models[1].replicaCount", "sender", "consumer", "rabbitmq", "imagePullSecrets"]
      )
    }))

  it.effect("loads the commented example without a warning", () =>
    Effect.gen(function*() {
      const { models, servers, warnings } = yield* load(fixture("example.yaml"), { environment })
      assert.deepStrictEqual(warnings, [])
      assert.deepStrictEqual(models[1]?.servers, ["http://10.0.0.1:8000"])
      assert.lengthOf(servers, 2)
    }))

  it.effect("says that a file does not exist", () =>
    Effect.gen(function*() {
      const { message } = yield* Effect.flip(load("missing.yaml", { environment }))
      assert.strictEqual(message, "missing.yaml: no such file")
    }))
})

describe("ConfigLoader", () => {
  it.effect("needs nothing but models and keys", () =>
    Effect.gen(function*() {
      const { keys, models, organisations, servers, settings, warnings } = yield* config(small)
      assert.deepStrictEqual(settings, defaults)
      assert.deepStrictEqual(organisations, [{ name: "a", weight: 1 }])
      assert.deepInclude(models[0], { engineName: "m", aliases: [], strategy: "round-robin" })
      assert.deepInclude(servers[0], { kind: "openai", site: "a" })
      assert.deepInclude(keys[0]?.caller, { priority: 1, routingMode: "any" })
      assert.deepStrictEqual(warnings, [])
    }))

  it.effect("tells the transcription service what the file says, and nothing else", () =>
    Effect.gen(function*() {
      const workers = { transcription: true, enrichment: true, translation: true, evaluation: true }
      const { transcription } = yield* config(small)
      assert.deepStrictEqual(transcription, { enabled: true, settings: { workers } })
      const said = yield* config(`stt:
  token_ttl: 90 seconds
  linkTtl: 1 hour
  keepMedia: true
  fetchHosts: ["media.test=127.0.0.1:9000", "hook.test=[::1]"]
  workers: { translation: false }`)
      assert.deepStrictEqual(said.transcription.settings, {
        workers: { ...workers, translation: false },
        tokenTtl: 90,
        linkMinutes: 60,
        removeMediaAfterTranscription: false,
        fetchHosts: new Map([
          ["media.test", { address: "127.0.0.1", port: 9000 }],
          ["hook.test", { address: "::1", port: undefined }]
        ])
      })
    }))

  it.effect("reads what a second of audio costs", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* config("queue: { secondCost: 2.5 }")).settings.secondCost, 2.5)
      assert.strictEqual((yield* config("{}")).settings.secondCost, defaults.secondCost)
    }))

  it.effect("switches ageing off by a word", () =>
    Effect.gen(function*() {
      for (const off of ["off", "false", "\"off\""]) {
        const { settings } = yield* config(`queue: { ageing: ${off} }`)
        assert.isUndefined(settings.ageing)
      }
    }))

  it.effect("takes a number or a word from the environment, and a plain ${ when it is escaped", () =>
    Effect.gen(function*() {
      const { http } = yield* config("http:\n  port: ${PORT}\n  host: \"$${PORT}-${PORT}\"")
      assert.deepInclude(http, { port: 9090, host: "${PORT}-9090" })
    }))

  it.effect("makes one server of all its listings, whichever of them says what", () =>
    Effect.gen(function*() {
      const { models, servers } = yield* config(`
models:
  - name: one
    servers: [{ url: "http://H1:80/v1/" }]
  - name: two
    servers:
      http://h1/v1: { organisation: a, max_concurrent: 7 }
      http://h2: { organization: b }
  - name: three
    servers: [{ url: "http://h1", token: "", owner_reserve: 3 }]`)
      assert.deepStrictEqual(models.map((model) => model.servers), [["http://h1"], ["http://h1", "http://h2"], [
        "http://h1"
      ]])
      assert.lengthOf(servers, 2)
      assert.deepInclude(servers[0], { url: "http://h1", organisation: "a", maxConcurrent: 7, ownerReserve: 3 })
      assert.notProperty(servers[0], "token")
    }))

  it.effect("answers to the engines' name of a model only if no other model has it", () =>
    Effect.gen(function*() {
      const { models } = yield* config(`
models:
  - { name: fast, model: org/m }
  - { name: slow, model: org/m }
  - { name: alone, model: org/n }
  - { name: other, model: alone }`)
      assert.deepStrictEqual(models.map(({ aliases }) => aliases), [[], [], ["org/n"], []])
    }))

  it.effect("resolves the aliases in a key's models to public names", () =>
    Effect.gen(function*() {
      const { keys } = yield* config(`
models: [{ name: m, model: org/m, aliases: [n] }]
keys: [{ name: k, organisation: a, secret: "\${MOODLE_KEY}", models: [n, org/m, m] }]`)
      assert.deepStrictEqual(keys[0]?.caller.models, ["m"])
    }))

  it.effect("reads the predecessor's names of strategies, policies and fields", () =>
    Effect.gen(function*() {
      const { models } = yield* config(`
models:
  - { name: a, routing_strategy: least_busy, quality_of_service_policy: parallel-requests-threshold-requeue }
  - { name: b, strategy: ROUND_ROBIN, policy: warning_log }
  - { name: c, strategy: least-busy, requeue_policy: performance-based-requeue }`)
      assert.deepStrictEqual(models.map(({ policy, strategy }) => [strategy, policy]), [
        ["least-busy", "concurrent-requests"],
        ["round-robin", "none"],
        ["least-busy", "performance"]
      ])
    }))

  it.effect("reads the pair that is tried in a model's shadow, and warns if it is the one that acts", () =>
    Effect.gen(function*() {
      const { models, warnings } = yield* config(`
models:
  - { name: a, servers: [{ url: "http://a", organisation: o }], shadow: { routing_strategy: least_busy } }
  - { name: b, servers: [{ url: "http://a" }], shadow: { strategy: round-robin, policy: warning_log } }
  - { name: c, servers: [{ url: "http://a" }], shadow: { strategy: round-robin } }
keys: [{ name: k, organisation: o, secret: "\${MOODLE_KEY}" }]`)
      assert.deepStrictEqual(models.map(({ shadow }) => shadow), [
        { strategy: "least-busy", policy: "performance" },
        { strategy: "round-robin", policy: "none" },
        { strategy: "round-robin", policy: "concurrent-requests" }
      ])
      assert.deepStrictEqual(warnings.map(({ path }) => path), ["models[2].shadow"])
    }))

  it.effect("warns of what loads but was probably not meant", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(Date.UTC(2027, 0, 1))
      const { warnings } = yield* config(`
timeouts: { total: 30 seconds, idle: 40 seconds, firstByte: 5 seconds }
models: [{ name: m }]
keys:
  - { name: k, organisation: a, secret: short, expires: 2026-12-31, models: [], routingMode: private-only }`)
      assert.deepStrictEqual(warnings.map(({ line, message, path }) => `${line} ${path}: ${message}`), [
        "2 timeouts.idle: longer than `total`, which ends first",
        "3 models[0]: m has no servers and will answer 503",
        "5 keys[0].secret: shorter than 16 characters; a longer one is harder to guess",
        "5 keys[0].expires: k has expired",
        "5 keys[0].models: an empty list allows nothing; leave it out to allow all",
        "5 keys[0].routingMode: private-only, but a owns no server"
      ])
    }))
})
