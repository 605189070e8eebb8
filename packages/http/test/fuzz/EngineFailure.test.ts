import { classifyWith } from "@aiguilleur/backends/Classification"
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary } from "effect"
import { runs, works } from "../../../core/test/fuzz/Fuzz.ts"
import { among, anyText, inherited, oneOf, pumped, textOf } from "../../../core/test/fuzz/Inputs.ts"
import { assertLinear } from "../../../core/test/fuzz/Work.ts"
import { asEventData, failureInAnswer, failureInEvent, failureInMessage } from "../../src/EngineFailure.ts"
import { document, rubble } from "./Documents.ts"

const value = oneOf(
  among(["500", "429", "99", "1e9", "\"503\"", "null", "[500]", "{}", "\"overloaded_error\"", "true"]),
  Arbitrary.map(among(inherited), (name) => `"${name}"`),
  Arbitrary.map(among(inherited), (name) => `{"${name}":1}`)
)

const member = Arbitrary.map(
  Arbitrary.all([among(["code", "status", "type", "message", "detail", "object", ...inherited]), value]),
  ([name, said]) => `"${name}":${said}`
)

const members = Arbitrary.map(Arbitrary.array(member, { maxLength: 4 }), (all) => all.join(","))

const failure = Arbitrary.map(
  Arbitrary.all([members, oneOf(value, Arbitrary.map(members, (inner) => `{${inner}}`))]),
  ([around, error]) => `{"error":${error}${around === "" ? "" : `,${around}`}}`
)

const any = oneOf(failure, failure, document, rubble, anyText)

const retryAfter = oneOf(
  among(["0", "5", "-3", "1e308", "NaN", "Infinity", "", " ", "0x10", "Wed, 21 Oct 2099 07:28:00 GMT", "soon"]),
  anyText
)

const isStatus = (status: number) => Number.isInteger(status) && status >= 400 && status <= 599

describe("EngineFailure, fuzzed", () => {
  it.prop("finds a status in an error event, or nothing", [any], ([data]) => {
    for (const found of [failureInEvent(data), failureInMessage(data)]) {
      assert.isTrue(found === undefined || isStatus(found.reply.status), JSON.stringify(found))
    }
  }, runs())

  it.prop("makes one line of JSON of any answer", [any], ([body]) => {
    const data = asEventData(Buffer.from(body), "{\"error\":{}}")
    assert.notMatch(data, /[\r\n]/)
    assert.isObject((JSON.parse(data) as Record<string, unknown>)["error"])
  }, runs())

  const statuses = Arbitrary.map(
    Arbitrary.array(among([1, 2, 4, 4, 5, 9, 0, 3]), { minLength: 3, maxLength: 3 }),
    (digits) => 100 + Number(digits.join("")) % 500
  )

  it.prop(
    "gives every answer a meaning, with a wait that can be waited",
    [statuses, retryAfter, any],
    ([status, wait, body]) => {
      const { reply } = failureInAnswer(status, { "retry-after": wait }, Buffer.from(body), 1_000)
      const outcome = classifyWith(() => undefined)(reply)
      assert.isString(outcome._tag)
      if (outcome._tag === "Busy" && outcome.retryAfter !== undefined) {
        assert.isTrue(Number.isFinite(outcome.retryAfter) && outcome.retryAfter >= 0)
      }
    },
    runs()
  )

  const fragments = [
    "\"message\"",
    "\"error\" ",
    ":",
    " ",
    "\"",
    "\\",
    "\\\"",
    "{",
    "}",
    "model",
    "not found",
    "`",
    "the "
  ]

  it.prop("works in proportion to the error", [pumped(fragments)], ([input]) => {
    const classify = classifyWith(() => undefined)
    assertLinear(input, (body) => classify({ _tag: "Answer", status: 404, retryAfter: undefined, body }))
    assertLinear(input, (data) => [failureInEvent(data), failureInMessage(data), asEventData(Buffer.from(data), "")])
  }, works)

  it.prop("reads texts that nobody meant as errors", [textOf(fragments)], ([body]) => {
    assert.isString(classifyWith(() => undefined)({ _tag: "Answer", status: 404, retryAfter: undefined, body })._tag)
  }, runs())

  it("takes a type for a word only where it is one", () => {
    for (const type of ["{\"toString\":1}", "\"constructor\"", "null"]) {
      assert.strictEqual(failureInMessage(`{"error":{"type":${type}}}`)?.reply.status, 500)
    }
    assert.isUndefined(failureInEvent("{\"error\":{\"code\":{\"valueOf\":1,\"toString\":1}}}"))
  })
})
