import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Result } from "effect"
import { runs, works } from "../../../core/test/fuzz/Fuzz.ts"
import { anyText, oneOf, pumped, textOf } from "../../../core/test/fuzz/Inputs.ts"
import { assertLinear } from "../../../core/test/fuzz/Work.ts"
import { parse } from "../../src/DatabaseUrl.ts"

const fragments = [
  "postgres://",
  "postgresql:",
  "mysql://",
  "user:pass-q7Zx@",
  "@",
  ":",
  "/",
  "host",
  "[::1]",
  "5432",
  "99999999",
  "db",
  "?",
  "&",
  "sslmode=",
  "require",
  "verify-full",
  "sslrootcert=/nowhere",
  "host=/run",
  "port=x",
  "&port=54x",
  "&port=123456",
  "dbname=%E0%A4%A",
  "%",
  "%41",
  "%ff",
  "#",
  " ",
  "é"
]

const url = oneOf(textOf(fragments, 10), anyText)

/** What follows a password, and is not another one. */
const rest = textOf(fragments.filter((fragment) => !fragment.includes("pass")), 10)

const read = (text: string) => parse(Redacted.make(text))

describe("DatabaseUrl, fuzzed", () => {
  it.effect.prop(
    "leads somewhere, or is refused in words that do not repeat its password",
    [url, rest],
    ([text, more]) =>
      Effect.gen(function*() {
        for (
          const given of [text, `postgres://user:pass-q7Zx@host/${more}`, `postgres://user:pass-q7Zx@host/db?${more}`]
        ) {
          const outcome = yield* Effect.result(read(given))
          if (Result.isFailure(outcome)) {
            assert.strictEqual(outcome.failure._tag, "DatabaseError")
            if (given !== text) assert.notInclude(outcome.failure.message, "q7Zx@")
            continue
          }
          if (given !== text) assert.notInclude(outcome.success.where, "q7Zx@host")
          assert.match(outcome.success.where, /:\d{1,5}\//)
        }
      }),
    runs()
  )

  it.prop("takes work in proportion to its length", [pumped(fragments)], ([input]) => {
    assertLinear(
      { ...input, before: `postgres://${input.before}` },
      (text) => Effect.runSync(Effect.result(read(text)))
    )
  }, works)
})
