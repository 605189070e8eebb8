import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect } from "effect"
import * as fs from "node:fs"
import { fileURLToPath } from "node:url"
import { runs, works } from "../../../core/test/fuzz/Fuzz.ts"
import { among, anyText, bytesOf, inherited, oneOf, pumped, textOf } from "../../../core/test/fuzz/Inputs.ts"
import { assertLinear } from "../../../core/test/fuzz/Work.ts"
import { ConfigError } from "../../src/config/ConfigError.ts"
import { fieldsOf } from "../../src/config/ConfigFile.ts"
import { parse } from "../../src/config/ConfigLoader.ts"
import { environment, sentinel } from "../config/ConfigText.ts"

const fixture = (name: string): string =>
  fs.readFileSync(fileURLToPath(new URL(`../../../../fixtures/config/${name}`, import.meta.url)), "utf8")

const examples = ["design.yaml", "example.yaml", "helm-values.yaml", "helm-all.yaml"].map(fixture)

const fields = [...new Set(Object.values(fieldsOf).flat())]

/** As the predecessor's chart spells what it has. */
const helm = [
  "vllm_servers",
  "routing_strategy",
  "max_parallel_requests",
  "organization",
  "sender",
  "tokens",
  "url",
  "servedModelName"
]

const scalars = [
  "1",
  "-0.5",
  "1e400",
  "true",
  "~",
  "off",
  "least_busy",
  "32MB",
  "60 seconds",
  "http://h:1/v1",
  "\"http://u:p@h\"",
  "\"${MOODLE_KEY}\"",
  "\"${NOPE}\"",
  "\"$${\"",
  "2027-06-30",
  "0x1f",
  "''",
  "a"
]

const name = among([
  ...fields,
  ...fields,
  ...helm,
  ...inherited,
  ...inherited,
  "length",
  "<<",
  "1",
  "\"\"",
  "\"${PORT}\""
])

const flow = (inner: Arbitrary.Arbitrary<string>): Arbitrary.Arbitrary<string> => {
  const member = Arbitrary.map(Arbitrary.all([name, inner]), ([key, value]) => `${key}: ${value}`)
  return oneOf(
    among(scalars),
    Arbitrary.map(Arbitrary.array(member, { maxLength: 5 }), (members) => `{ ${members.join(", ")} }`),
    Arbitrary.map(Arbitrary.array(inner, { maxLength: 3 }), (items) => `[${items.join(", ")}]`)
  )
}

const value = flow(flow(flow(flow(among(scalars)))))

const document = Arbitrary.map(
  Arbitrary.array(Arbitrary.all([name, value]), { maxLength: 6 }),
  (members) => members.map(([key, said]) => `${key}: ${said}\n`).join("")
)

const fragments = [
  "models:",
  "\n",
  "\n  ",
  "\n    ",
  "- ",
  "name: ",
  "servers:",
  "vllm_servers:",
  "url: http://h",
  "constructor: ",
  "length: ",
  "a",
  "'",
  "\"",
  "\\",
  "{",
  "}",
  "[",
  "]",
  ", ",
  ": ",
  "? ",
  "# ",
  "&a ",
  "*a",
  "!!int ",
  "|\n",
  "> ",
  "\t",
  "---\n",
  "<<: ",
  "${MOODLE_KEY}",
  "%"
]

const damaged = Arbitrary.map(bytesOf(among(examples)), (bytes) => bytes.toString())

const load = (text: string) => parse("fuzz.yaml", text, { environment })

describe("ConfigLoader, fuzzed", () => {
  it.effect.prop("loads a file or says what is wrong with it, and never a secret", [
    oneOf(document, document, textOf(fragments), damaged, anyText)
  ], ([text]) =>
    Effect.gen(function*() {
      const told = yield* load(text).pipe(
        Effect.map(({ warnings }) => ({ problems: [], warnings })),
        // A defect is no declared error, and fails the property.
        Effect.catchTag("ConfigError", ({ problems }) => Effect.succeed({ problems, warnings: [] }))
      )
      for (const problem of [...told.problems, ...told.warnings]) {
        assert.isString(problem.message)
        assert.isNotEmpty(problem.message)
        assert.isTrue((problem.line ?? 1) >= 1 && (problem.column ?? 1) >= 1)
        assert.notInclude(JSON.stringify(problem), sentinel)
      }
    }), runs(150))

  it.effect.prop("reads Helm values in any order of their fields and under any spelling alike", [
    Arbitrary.array(among([0, 1, 2, 3]), { minLength: 4, maxLength: 4 }),
    among([["max_parallel_requests", "organization"], ["maxParallelRequests", "organisation"], [
      "max-concurrent",
      "organization"
    ]]),
    among(["least-busy", "least_busy", "LEAST_BUSY"])
  ], ([order, [limit = "", owner = ""], strategy]) =>
    Effect.gen(function*() {
      const lines = ["url: http://h:8000/", `${limit}: "20"`, `${owner}: univ-a`, "token: \"${UNIV_A_TOKEN}\""]
      const sorted = lines.map((line, i) => [order[i]!, line] as const).sort(([a], [b]) => a - b).map(([, line]) =>
        line
      )
      const server = sorted.map((line, i) => `${i === 0 ? "      - " : "        "}${line}`).join("\n")
      const text =
        `models:\n  - name: m\n    routing_strategy: ${strategy}\n    vllm_servers:\n${server}\nconsumer: {}\n`
      const { models, servers } = yield* load(text)
      assert.deepStrictEqual(models.map((model) => [model.name, model.strategy, model.servers]), [
        ["m", "least-busy", ["http://h:8000"]]
      ])
      const [{ kind, maxConcurrent, organisation, url } = assert.fail()] = servers
      assert.deepStrictEqual([url, kind, maxConcurrent, organisation], ["http://h:8000", "vllm", 20, "univ-a"])
    }), runs(40))

  it.prop("works in proportion to the file", [pumped(fragments)], ([input]) => {
    assertLinear(input, (text) => Effect.runSync(Effect.exit(load(text))))
  }, works)

  it.effect("takes no field for one that every object has", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(load("http: { host: \"${MOODLE_KEY}\" }\nconstructor: { length: 1 }"))
      assert.instanceOf(error, ConfigError)
      assert.deepStrictEqual(error.problems.map(({ path }) => path), ["constructor"])
    }))

  it.effect("does not follow a nesting that no field has", () =>
    Effect.gen(function*() {
      const { problems } = yield* Effect.flip(load("- ".repeat(200)))
      assert.include(problems.map(({ message }) => message), "nested too deeply")
    }))
})
