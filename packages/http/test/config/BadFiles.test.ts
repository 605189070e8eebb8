import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { problemsOf, sentinel, small } from "./ConfigText.ts"

/** A text, and all that is wrong with it: `line:column path: message`. */
type Case = readonly [text: string, ...problems: Array<string>]

const server = (rest: string) => `models: [{ name: m, servers: [{ url: "http://h1", organisation: a, ${rest} }] }]`
const key = (rest: string) => `${small}  - { name: k2, organisation: a, secret: "\${LAB7_KEY}", ${rest} }`
const span = "expected a duration above 0 (at most 24 days) like 500 millis, 60 seconds or 10 minutes"
const weight = "expected a number from 0.01 to 1000"
const size = "expected a size above 0 like 32MB or 32MiB"
const network = "expected an address or a network like 10.0.0.0/8"
const visible = "expected visible ASCII characters without spaces or line ends"
const instant = "expected a day like 2027-06-30, or an instant with its zone like 2027-06-30T00:00:00Z"

const cases: Record<string, ReadonlyArray<Case>> = {
  "what is no YAML": [
    ["http:\n\tport: 1", "2:1 : a tab is used for indentation; YAML wants spaces"],
    ["http: {port: 1", "1:15 : the indentation, or a missing closing bracket, does not fit the lines around it"],
    ["http: 'x\n", "2:1 : something is missing here: a closing quote or bracket, a colon, a comma or a space"],
    ["http: { host: ${PORT} }", "1:16 : inside { } and [ ] a reference needs quotes: \"${NAME}\""],
    ["a: b: c", "1:4 : a second `key: value` on the same line; put the value in quotes if it contains a colon"],
    ["a: @b", "1:4 : a value cannot start with this character; put it in quotes"],
    ["a: !env X", "1:4 : tags like !name are not supported; write the value, or a \"${NAME}\" reference"],
    ["a: 1\n---\na: 2", "2:1 : a second document starts here; a file holds one"],
    ["a: \"\\q\"", "1:5 : an unknown escape in double quotes; write \\\\ for a backslash, or use single quotes"]
  ],
  "a file of another shape": [
    ["", ": the file is empty"],
    ["# nothing\n", ": the file is empty"],
    ["- a", ": expected a mapping, found a list"],
    ["models: { m: {} }", "1:1 models: expected a list, found a mapping"],
    ["models: [m]", "1:10 models[0]: expected a mapping, found a text"],
    ["models: [{ name: m }, ]\nkeys:\n  -\n", "3:4 keys[0]: an empty item in a list; remove it"],
    ["http: 8080", "1:1 http: expected a mapping, found a number"]
  ],
  "YAML that is refused": [
    [`${small}http: &h { port: 1 }`, "8:1 http: anchors (&name) are not supported; write the value out at each place"],
    [`${small}http: *h`, "8:1 http: aliases (*name) are not supported; write the value out"],
    ["http:\n  <<: { port: 1 }", "2:3 http[\"<<\"]: merge keys (<<) are not supported; write the fields out"],
    ["http:\n  port: 1\n  port: 2", "3:3 http.port: written twice: http.port (line 2) says the same; keep one of them"],
    [
      "models:\n  - name: m\n    strategy: round-robin\n    routing_strategy: round-robin",
      "4:5 models[0].routing_strategy: written twice: models[0].strategy (line 3) says the same; keep one of them"
    ],
    ["? [a]\n: 1", "1:3 : a key that is no plain name"]
  ],
  "unknown fields": [
    ["htpp: { port: 1 }", "1:1 htpp: no such field; did you mean \"http\"?"],
    [
      server("maxConcurent: 3"),
      "1:68 models[0].servers[0].maxConcurent: no such field; did you mean \"maxConcurrent\"?"
    ],
    [
      "queue: { colour: red, __proto__: 1 }",
      "1:10 queue.colour: no such field; there are bestPriority, ageing, secondCost, slotPace, explain",
      "1:23 queue.__proto__: no such field; there are bestPriority, ageing, secondCost, slotPace, explain"
    ]
  ],
  "the transcription service": [
    ["stt: { wrokers: {} }", "1:8 stt.wrokers: no such field; did you mean \"workers\"?"],
    [
      "stt: { workers: { transcription: maybe } }",
      "1:19 stt.workers.transcription: expected true or false, found \"maybe\""
    ],
    ["stt: { tokenTtl: 30 }", `1:8 stt.tokenTtl: ${span}, found 30`],
    ["stt: { bucket: { region: r } }", "1:8 stt.bucket.name: is missing"],
    [
      "stt: { fetchHosts: [media.test] }",
      "1:21 stt.fetchHosts[0]: expected a host with its address like media.test=127.0.0.1:9000, found \"media.test\""
    ]
  ],
  "proxies that are trusted": [
    ["http: { trustedProxies: 10.0.0.1 }", "1:9 http.trustedProxies: expected a list, found a text"],
    [
      "http: { trustedProxies: [10.0.0.1, proxy.example, 10.0.0.0/33, \"::1/129\", 10.0.0] }",
      `1:36 http.trustedProxies[1]: ${network}, found "proxy.example"`,
      `1:51 http.trustedProxies[2]: ${network}, found "10.0.0.0/33"`,
      `1:64 http.trustedProxies[3]: ${network}, found "::1/129"`,
      `1:75 http.trustedProxies[4]: ${network}, found "10.0.0"`
    ]
  ],
  "references": [
    ["http: { host: \"${NOPE}\" }", "1:9 http.host: the environment variable NOPE is not set"],
    ["http: { host: \"${EMPTY}\" }", "1:9 http.host: the environment variable EMPTY is empty"],
    [
      "http: { host: \"a${NOPE}b${EMPTY}\" }",
      "1:9 http.host: the environment variable NOPE is not set; the environment variable EMPTY is empty"
    ],
    ["http: { host: \"${toString}\" }", "1:9 http.host: the environment variable toString is not set"],
    [
      "http: { host: \"${A-B}\" }",
      "1:9 http.host: expected a reference like ${NAME} (letters, digits, _); write $${ for a plain ${"
    ],
    [
      "http: { port: \"${DC1_TOKEN}\" }",
      "1:9 http.port: expected a whole number from 0 to 65535, found what ${DC1_TOKEN} stands for"
    ],
    [
      "models: [{ name: m, servers: { \"${NOPE}\": { organisation: a } } }]",
      "1:32 models[0].servers[\"${NOPE}\"]: the environment variable NOPE is not set"
    ]
  ],
  "numbers, sizes and durations": [
    ["http: { port: 65536 }", "1:9 http.port: expected a whole number from 0 to 65535, found 65536"],
    ["http: { port: 80.5 }", "1:9 http.port: expected a whole number from 0 to 65535, found 80.5"],
    ["http: { maxBody: 32 MO }", `1:9 http.maxBody: ${size}, found "32 MO"`],
    [
      "http: { maxBody: 0MB, maxUpload: -1 }",
      `1:9 http.maxBody: ${size}, found "0MB"`,
      `1:23 http.maxUpload: ${size}, found -1`
    ],
    [
      "http: { maxBody: 1GB }",
      "1:9 http.maxBody: expected at most maxHeldBytes (512000000 bytes), found 1000000000 bytes"
    ],
    ["timeouts: { idle: 60 }", `1:13 timeouts.idle: ${span}, found 60`],
    ["timeouts: { idle: 60s }", `1:13 timeouts.idle: ${span}, found "60s"`],
    ["timeouts: { idle: 25 days }", `1:13 timeouts.idle: ${span}, found "25 days"`],
    ["timeouts: { idle: Infinity }", `1:13 timeouts.idle: ${span}, found "Infinity"`],
    ["models: [{ name: m, patience: 0 seconds }]", `1:21 models[0].patience: ${span}, found "0 seconds"`],
    ["models: [{ name: m, ttftThreshold: -5 millis }]", `1:21 models[0].ttftThreshold: ${span}, found "-5 millis"`],
    ["queue: { ageing: on }", "1:10 queue.ageing: expected a duration like 60 seconds, or off, found \"on\""],
    ["organisations: [{ name: a, weight: 0 }]", `1:28 organisations[0].weight: ${weight}, found 0`],
    ["organisations: [{ name: a, weight: -1 }]", `1:28 organisations[0].weight: ${weight}, found -1`],
    ["organisations: [{ name: a, weight: .nan }]", `1:28 organisations[0].weight: ${weight}, found .nan`],
    ["organisations: [{ name: a, weight: .inf }]", `1:28 organisations[0].weight: ${weight}, found .inf`],
    ["organisations: [{ name: a, weight: 1e-9 }]", `1:28 organisations[0].weight: ${weight}, found 1e-9`],
    ["organisations: [{ name: a, weight: heavy }]", `1:28 organisations[0].weight: ${weight}, found "heavy"`],
    ["organisations: [{ name: a, weight: [1] }]", `1:28 organisations[0].weight: ${weight}, found a list`],
    ["organisations: [{ name: a, share: 1 }]", "1:28 organisations[0].share: no such field; there are name, weight"],
    ["queue: { secondCost: 0 }", "1:10 queue.secondCost: expected a number from 0.01 to 10000, found 0"],
    ["queue: { slotPace: fast }", "1:10 queue.slotPace: expected a number from 0.1 to 100000, found \"fast\""],
    ["queue: { secondCost: -4 }", "1:10 queue.secondCost: expected a number from 0.01 to 10000, found -4"],
    [
      server("maxConcurrent: 0"),
      "1:68 models[0].servers[0].maxConcurrent: expected a whole number from 1 to 100000, found 0"
    ],
    [
      server("maxConcurrent: twenty"),
      "1:68 models[0].servers[0].maxConcurrent: expected a whole number from 1 to 100000, found \"twenty\""
    ],
    [
      server("maxConcurrent: 5, ownerReserve: 6"),
      "1:86 models[0].servers[0].ownerReserve: expected at most maxConcurrent (5), found 6"
    ]
  ],
  "names": [
    ["models: [{ model: x }]", "1:10 models[0].name: is missing"],
    ["models: [{ name: 31 }]", "1:12 models[0].name: expected text, found 31; put it in quotes"],
    ["models: [{ name: \" \" }]", "1:12 models[0].name: expected text, found \" \""],
    [
      "models: [{ name: m, strategy: leastbusy }]",
      "1:21 models[0].strategy: expected one of round-robin, least-busy, found \"leastbusy\""
    ],
    [
      "models: [{ name: m, shadow: { strategy: random } }]",
      "1:31 models[0].shadow.strategy: expected one of round-robin, least-busy, found \"random\""
    ],
    [
      "models: [{ name: m, shadow: { strategy: least-busy, polcy: none } }]",
      "1:53 models[0].shadow.polcy: no such field; did you mean \"policy\"?"
    ],
    ["models: [{ name: m, shadow: { policy: none } }]", "1:21 models[0].shadow.strategy: is missing"],
    ["models: [{ name: m }, { name: m }]", "1:25 models[1].name: \"m\" is already taken by models[0].name (line 1)"],
    [
      "models:\n  - { name: m, aliases: [n, o] }\n  - { name: n }\n  - { name: p, aliases: [o] }",
      "2:26 models[0].aliases[0]: \"n\" is already taken by models[1].name (line 3)",
      "4:26 models[2].aliases[0]: \"o\" is already taken by models[0].aliases[1] (line 2)"
    ],
    ["organisations: [{ name: a }, { name: a }]", "1:32 organisations[1].name: \"a\" is listed twice"]
  ],
  "servers": [
    [
      server("kind: vlm"),
      "1:68 models[0].servers[0].kind: expected one of vllm, ollama, lmdeploy, openai, whisper, found \"vlm\""
    ],
    [
      "models: [{ name: m, servers: [{ url: \"http://h1\" }] }]",
      "1:31 models[0].servers[0].organisation: is missing: which organisation owns the server?"
    ],
    [
      "models: [{ name: m, servers: [{ url: \"h1:8000\" }] }]",
      "1:33 models[0].servers[0].url: expected an http:// or https:// URL, found \"h1:8000\""
    ],
    [
      "models: [{ name: m, servers: { \"http://me:pass@h1\": { organisation: a } } }]",
      "1:32 models[0].servers[\"http://***@h1\"]: expected a URL without user and password; use `token`, found \"http://***@h1\""
    ],
    [
      "models:\n  - name: m\n    servers:\n      - { url: http://h1, organisation: a }\n      - { url: http://H1/v1 }",
      "5:9 models[0].servers[1]: http://h1 is listed twice: first at models[0].servers[0] (line 4)"
    ],
    [
      `models:
  - name: m
    servers:
      - { url: http://h1, organisation: a, maxConcurrent: 20, token: "\${DC1_TOKEN}" }
  - name: n
    vllm_servers:
      - { url: http://h1/, organization: a, max_parallel_requests: 30, token: "other-${sentinel}" }`,
      "7:45 models[1].vllm_servers[0].max_parallel_requests: found 30, but models[0].servers[0].maxConcurrent (line 4) says 20 for the same server http://h1; say the same, or say it once",
      "7:72 models[1].vllm_servers[0].token: differs from models[0].servers[0].token (line 4) for the same server http://h1; say the same, or say it once"
    ],
    [
      "organisations: [{ name: univ-a }]\n" + server("site: x").replace("organisation: a", "organisation: univ-b"),
      "2:51 models[0].servers[0].organisation: \"univ-b\" is not listed under `organisations`; did you mean \"univ-a\"?"
    ],
    [server("token: \"two words\""), `1:68 models[0].servers[0].token: ${visible}, found a text`]
  ],
  "keys": [
    [
      `${small}  - { name: k, organisation: a, secret: "\${LAB7_KEY}" }`,
      "8:7 keys[1].name: the same name as keys[0].name (line 7)"
    ],
    [
      `${small}  - { name: k2, organisation: a, secret: "\${MOODLE_KEY}" }`,
      "8:34 keys[1].secret: the same secret as keys[0].secret (line 7)"
    ],
    ["keys: [{ name: k }]", "1:8 keys[0].organisation: is missing", "1:8 keys[0].secret: is missing"],
    ["keys: [{ name: k, organisation: a, secret: 1234567890 }]", `1:36 keys[0].secret: ${visible}, found a number`],
    [`keys: [{ name: k, organisation: a, secret: "${sentinel}\\n" }]`, `1:36 keys[0].secret: ${visible}, found a text`],
    [`keys: [${sentinel}]`, "1:8 keys[0]: expected a mapping, found a text"],
    [`keys: ${sentinel}`, "1:1 keys: expected a list, found a text"],
    [key("priority: 6"), "8:57 keys[1].priority: expected at most queue.bestPriority (5), found 6"],
    [key("priority: -1"), "8:57 keys[1].priority: expected a whole number from 0 to 255, found -1"],
    [key("threshold: 0"), "8:57 keys[1].threshold: expected a whole number from 1 to 1000000000, found 0"],
    [
      key("routingMode: private"),
      "8:57 keys[1].routingMode: expected one of any, private-first, private-only, found \"private\""
    ],
    [key("waitEvents: yes"), "8:57 keys[1].waitEvents: expected true or false, found \"yes\""],
    [key("expires: 2027-02-30"), `8:57 keys[1].expires: ${instant}, found "2027-02-30"`],
    [key("expires: \"2027-06-30T10:00:00\""), `8:57 keys[1].expires: ${instant}, found "2027-06-30T10:00:00"`],
    [key("models: [n]"), "8:66 keys[1].models[0]: no such model: \"n\"; did you mean \"m\"?"],
    [key("sites: [dc9]"), "8:65 keys[1].sites[0]: no such site: \"dc9\"; there is a"],
    [key("organisations: [univ-z]"), "8:73 keys[1].organisations[0]: no such organisation: \"univ-z\"; there is a"],
    // A secret that strayed into another field.
    [key("sites: [\"${DC1_TOKEN}\"]"), "8:65 keys[1].sites[0]: no such site: \"${DC1_TOKEN}\"; there is a"]
  ]
}

const line = (problem: { path: string; message: string; line?: number; column?: number }) =>
  `${problem.line === undefined ? "" : `${problem.line}:${problem.column} `}${problem.path}: ${problem.message}`
    .replace(/^: /, ": ")

describe("a bad configuration file", () => {
  for (const [what, table] of Object.entries(cases)) {
    it.effect(`is told about ${what}`, () =>
      Effect.gen(function*() {
        for (const [text, ...expected] of table) {
          const problems = (yield* problemsOf(text)).map(line)
          assert.deepStrictEqual(problems, expected, text)
        }
      }))
  }

  it.effect("is told everything at once, across syntax of fields and references between them", () =>
    Effect.gen(function*() {
      const problems = yield* problemsOf(`
http: { prt: 1, maxBody: many }
queue: { bestPriority: 3 }
organisations: [{ name: univ-a }]
models:
  - name: m
    strategy: best
    servers:
      - { url: http://h1, organisation: univ-b, maxConcurrent: 1, ownerReserve: 2 }
      - { url: ftp://h2, organisation: univ-a }
  - name: m
keys:
  - { name: k, organisation: univ-a, secret: "\${NOPE}", priority: 4, emial: x }
  - { name: k, organisation: univ-c, secret: "\${LAB7_KEY}", threshold: none }`)
      assert.deepStrictEqual(problems.map(({ path }) => path), [
        "http.prt",
        "http.maxBody",
        "models[0].strategy",
        "models[0].servers[0].organisation",
        "models[0].servers[0].ownerReserve",
        "models[0].servers[1].url",
        "models[1].name",
        "keys[0].secret",
        "keys[0].priority",
        "keys[0].emial",
        "keys[1].name",
        "keys[1].organisation",
        "keys[1].threshold"
      ])
    }))

  it.effect("says what was expected and found as data", () =>
    Effect.gen(function*() {
      const [problem] = yield* problemsOf("http: { port: eighty }")
      assert.deepStrictEqual(problem, {
        path: "http.port",
        message: "expected a whole number from 0 to 65535, found \"eighty\"",
        expected: "a whole number from 0 to 65535",
        found: "\"eighty\"",
        line: 1,
        column: 9
      })
    }))

  it.effect("never hears a secret, wherever the reference to it stands", () =>
    Effect.gen(function*() {
      const text = `http: { host: h, port: 1, maxBody: 1MB }
queue: { ageing: off }
organisations: [{ name: o, weight: 1 }]
models:
  - { name: m, model: e, aliases: [b], strategy: round-robin, policy: none, patience: 1 second, servers: [
      { url: http://h1, kind: vllm, token: t, organisation: o, site: s, maxConcurrent: 1, ownerReserve: 0 }] }
  - { name: n, servers: [{ url: http://h1, token: u, site: r, kind: openai }] }
keys:
  - { name: k, organisation: o, email: e, priority: 1, secret: x, models: [m], sites: [s], organisations: [o] }
  - { name: l, organisation: o, expires: 2027-01-01, secret: y, routingMode: any, waitEvents: true }`
      const scalars = [...text.matchAll(/(?<=[:[] )\w[^,\]}\s]*|(?<=\[)\w[^,\]}\s]*/g)]
      assert.isAbove(scalars.length, 35)
      let problems = 0
      for (const { 0: scalar, index } of scalars) {
        for (const reference of ["MOODLE_KEY", "DC1_TOKEN"]) {
          const changed = `${text.slice(0, index)}"\${${reference}}"${text.slice(index + scalar.length)}`
          const found = yield* problemsOf(changed)
          assert.notInclude(JSON.stringify(found), sentinel, changed)
          problems += found.length
        }
      }
      assert.isAbove(problems, 30)
    }))
})
