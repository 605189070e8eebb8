/** A configuration file that changes under a running gateway. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import { Keys } from "@aiguilleur/store/Keys"
import { Organisations } from "@aiguilleur/store/Organisations"
import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as fs from "node:fs/promises"
import * as Reloading from "../campaign/Reloading.ts"
import * as Store from "../command/Store.ts"
import * as Served from "../Served.ts"

const { json, limit, run } = Store
const { ask, lab, moodle, until, waiting } = Served

interface Text {
  readonly servers: ReadonlyArray<string>
  readonly slots?: number
  readonly model?: string
  readonly pair?: string
  readonly keys?: string
  readonly weight?: number
}

const moodleKey = "  - { name: moodle, organisation: univ-a, priority: 3, secret: \"${MOODLE}\" }\n"
const labKey = "  - { name: lab, organisation: univ-b, priority: 1, secret: \"${LAB}\" }\n"

const text = ({ keys = moodleKey, model = "m", pair = "", servers, slots = 1, weight = 1 }: Text) => `
organisations: [{ name: univ-a, weight: ${weight} }, { name: univ-b }]
models:
  - name: ${model}
    model: simulated
    ${pair}
    servers: [${
  servers.map((url) => `{ url: "${url}", kind: vllm, organisation: univ-a, maxConcurrent: ${slots} }`).join(", ")
}]
keys:
${keys}`

const server = SimulatedServer.start()

layer(Store.layer, { excludeTestServices: true, timeout: "60 seconds" })("Reload", (it) => {
  it.effect(
    "drains a server that leaves the file: its request ends there, the next goes elsewhere",
    () =>
      Effect.gen(function*() {
        yield* Store.clean
        const [one, two] = [yield* server, yield* server]
        const served = yield* Served.start(text({ servers: [one.url] }))
        yield* ask(served, moodle)
        one.pause()
        const running = yield* Effect.forkChild(ask(served, moodle))
        yield* one.awaitRequests(2)
        const waiter = yield* Effect.forkChild(ask(served, moodle))
        yield* waiting(served, 1)
        yield* served.write(text({ servers: [two.url] }))
        assert.isTrue(yield* served.reload)
        assert.strictEqual((yield* Fiber.join(waiter)).status, 200)
        assert.strictEqual(two.received(), 1)
        assert.strictEqual((yield* served.snapshot).servers.length, 2)
        one.resume()
        assert.strictEqual((yield* Fiber.join(running)).status, 200)
        assert.deepStrictEqual((yield* served.snapshot).servers.map(({ url }) => url), [two.url])
      }),
    limit
  )

  it.effect(
    "gives a server whose slots fall below its leases no more, and disturbs none",
    () =>
      Effect.gen(function*() {
        yield* Store.clean
        const one = yield* server
        const served = yield* Served.start(text({ servers: [one.url], slots: 3 }))
        yield* ask(served, moodle)
        one.pause()
        const running = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(ask(served, moodle)))
        yield* one.awaitRequests(4)
        yield* served.write(text({ servers: [one.url], slots: 1 }))
        assert.isTrue(yield* served.reload)
        const late = yield* Effect.forkChild(ask(served, moodle))
        yield* waiting(served, 1)
        one.resume()
        for (const fiber of [...running, late]) assert.strictEqual((yield* Fiber.join(fiber)).status, 200)
      }),
    limit
  )

  it.effect("swaps the pair of a model while requests wait", () =>
    Effect.gen(function*() {
      yield* Store.clean
      const one = yield* server
      const served = yield* Served.start(text({ servers: [one.url] }))
      yield* ask(served, moodle)
      one.pause()
      const fibers = yield* Effect.forEach([1, 2], () => Effect.forkChild(ask(served, moodle)))
      yield* waiting(served, 1)
      yield* served.write(text({ servers: [one.url], pair: "strategy: least-busy\n    policy: none" }))
      assert.isTrue(yield* served.reload)
      // Without a policy nothing waits.
      yield* one.awaitRequests(3)
      one.resume()
      for (const fiber of fibers) assert.strictEqual((yield* Fiber.join(fiber)).status, 200)
    }), limit)

  it.effect("answers 404 for a model that left, and 503 to what waited for it", () =>
    Effect.gen(function*() {
      yield* Store.clean
      const one = yield* server
      const served = yield* Served.start(text({ servers: [one.url] }))
      yield* ask(served, moodle)
      one.pause()
      const running = yield* Effect.forkChild(ask(served, moodle))
      yield* one.awaitRequests(2)
      const waiter = yield* Effect.forkChild(ask(served, moodle))
      yield* waiting(served, 1)
      yield* served.write(text({ servers: [one.url], model: "n" }))
      assert.isTrue(yield* served.reload)
      assert.match((yield* Fiber.join(waiter)).text, /withdrawn while this request waited/)
      assert.strictEqual((yield* ask(served, moodle)).status, 404)
      one.resume()
      assert.strictEqual((yield* Fiber.join(running)).status, 200)
      assert.strictEqual((yield* ask(served, moodle, "n")).status, 200)
    }), limit)

  it.effect("writes what changed in the file and leaves what commands changed", () =>
    Effect.gen(function*() {
      yield* Store.clean
      const one = yield* server
      const servers = [one.url]
      const served = yield* Served.start(text({ servers, keys: moodleKey + labKey }))
      yield* run("keys", "edit", "moodle", "--priority", "1", "--email", "it@univ-a.example")
      yield* run("organisations", "edit", "univ-b", "--weight", "4")
      yield* run("keys", "create", "wiki", "--organisation", "univ-b")
      const threshold = moodleKey.replace("priority: 3", "priority: 3, threshold: 9")
      yield* served.write(text({ servers, keys: threshold + labKey, weight: 5 }))
      assert.isTrue(yield* served.reload)
      const keys = yield* Keys
      assert.deepInclude(yield* keys.find("moodle"), { priority: 1, threshold: 9, email: "it@univ-a.example" })
      assert.strictEqual((yield* keys.find("wiki")).revokedAt, null)
      const members = yield* (yield* Organisations).list
      assert.deepStrictEqual(members.map(({ weight }) => weight), [5, 4])
      // The same after a new start, and once the file has its say on the priority.
      yield* served.stop
      const again = yield* Served.start(text({ servers, keys: threshold + labKey, weight: 5 }))
      assert.strictEqual((yield* keys.find("moodle")).priority, 1)
      yield* again.write(text({ servers, keys: threshold.replace("priority: 3", "priority: 2") + labKey, weight: 5 }))
      assert.isTrue(yield* again.reload)
      assert.strictEqual((yield* keys.find("moodle")).priority, 2)
    }), limit)

  it.effect(
    "revokes a key that leaves the file, takes it back when it returns, and tells a rename from a new secret",
    () =>
      Effect.gen(function*() {
        yield* Store.clean
        const one = yield* server
        const servers = [one.url]
        const served = yield* Served.start(text({ servers, keys: moodleKey + labKey }))
        const keys = yield* Keys
        const { id } = yield* keys.find("lab")
        yield* served.write(text({ servers }))
        yield* served.reload
        yield* until(Effect.map(ask(served, lab), ({ status }) => status === 401))
        yield* served.write(text({ servers, keys: moodleKey + labKey.replace("name: lab", "name: laboratory") }))
        yield* served.reload
        yield* until(Effect.map(ask(served, lab), ({ status }) => status === 200))
        assert.strictEqual((yield* keys.find("laboratory")).id, id)
        yield* served.write(text({ servers, keys: moodleKey.replace("MOODLE", "LAB") }))
        yield* served.reload
        yield* until(Effect.map(ask(served, moodle), ({ status }) => status === 401))
        assert.strictEqual((yield* ask(served, lab)).status, 200)
        assert.deepStrictEqual((yield* json("keys", "list")).map(({ name }: { name: string }) => name), ["moodle"])
      }),
    limit
  )

  it.effect("leaves a key revoked that a command revoked, though the file still has it", () =>
    Effect.gen(function*() {
      yield* Store.clean
      const one = yield* server
      const served = yield* Served.start(text({ servers: [one.url] }))
      yield* run("keys", "revoke", "moodle")
      yield* served.write(text({ servers: [one.url], slots: 2 }))
      assert.isTrue(yield* served.reload)
      assert.strictEqual((yield* ask(served, moodle)).status, 401)
    }), limit)

  it.effect("changes nothing for a file that will not do", () =>
    Effect.gen(function*() {
      yield* Store.clean
      const one = yield* server
      const served = yield* Served.start(text({ servers: [one.url] }))
      yield* run("keys", "create", "lab", "--organisation", "univ-b")
      const before = { keys: yield* json("keys", "list"), snapshot: (yield* served.snapshot).models }
      const bad = [
        "models: [",
        `${text({ servers: [one.url] })}colour: red\n`,
        text({ servers: [one.url], model: "n", keys: moodleKey.replace("${MOODLE}", "${NOT_SET}") }),
        // Well-formed, but a command has made a key of this name with another secret.
        text({ servers: [one.url], model: "n", keys: moodleKey.replace("priority: 3", "priority: 0") + labKey })
      ]
      for (const text of bad) {
        yield* served.write(text)
        assert.isFalse(yield* served.reload)
      }
      yield* Effect.promise(() => fs.rm(served.file))
      assert.isFalse(yield* served.reload)
      assert.deepStrictEqual({ keys: yield* json("keys", "list"), snapshot: (yield* served.snapshot).models }, before)
      assert.strictEqual((yield* ask(served, moodle)).status, 200)
    }), limit)

  it.effect(
    "fails no request through many reloads of two files that share little (long form: npm run test:reload)",
    () =>
      Effect.gen(function*() {
        yield* Store.clean
        const { answered, ...outcome } = yield* Reloading.run(30)
        assert.deepStrictEqual(outcome, { reloads: 30, refused: [], failed: [], leases: 0, waiting: 0 })
        assert.isAbove(answered, 30)
      }),
    { timeout: 120_000 }
  )
})
