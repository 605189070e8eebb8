/** Texts of configuration files for the tests, and what the loader says of them. */
import { Effect } from "effect"
import type { Config } from "../../src/config/Config.ts"
import type { Problem } from "../../src/config/ConfigError.ts"
import { parse } from "../../src/config/ConfigLoader.ts"

/** Every value is long and unlike anything else, so that a leak is easy to find. */
export const environment: Readonly<Record<string, string>> = {
  DC1_TOKEN: "token-of-dc1-q7Zx",
  UNIV_A_TOKEN: "token-of-univ-a-q7Zx",
  MOODLE_KEY: "sk-moodle-0123456789-q7Zx",
  LAB7_KEY: "sk-lab7-0123456789-q7Zx",
  CONTROL_ROOM_KEY: "sk-control-0123456789-q7Zx",
  PORT: "9090",
  EMPTY: ""
}

/** Part of every secret above. */
export const sentinel = "q7Zx"

export const config = (text: string): Effect.Effect<Config, never> =>
  Effect.orDie(parse("test.yaml", text, { environment }))

export const problemsOf = (text: string): Effect.Effect<ReadonlyArray<Problem>> =>
  parse("test.yaml", text, { environment }).pipe(
    Effect.match({ onFailure: ({ problems }) => problems, onSuccess: () => [] })
  )

/** One server and one key, which most tests need and few are about. */
export const small = `
models:
  - name: m
    servers:
      - { url: "http://h1:8000", organisation: a, maxConcurrent: 20 }
keys:
  - { name: k, organisation: a, secret: "\${MOODLE_KEY}" }
`
