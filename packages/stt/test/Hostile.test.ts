/** Bodies, paths and values that no client would send: refused in the envelope, and never a failure of ours. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { OpenApi } from "effect/http-api"
import { api } from "../src/api/Contract.ts"
import { Caller, taskId } from "./support/Caller.ts"
import { type Rig, start } from "./support/Service.ts"
import * as Started from "./support/Started.ts"
import * as Workers from "./support/Workers.ts"

let rig: Rig
let caller: Caller
let id: string
let vid: string

beforeAll(async () => {
  rig = await start({ tokenLimits: { failures: 100_000, successes: 100_000 } })
  caller = await Caller.of(rig, "all", await rig.client("all"))
  id = await Started.uploadEnriched(caller, caller)
  vid = (await Started.latest(caller, id)).id
}, 30_000)

afterAll(() => rig.stop())

const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`

/** Valid as far as it goes, with one thing wrong each. */
const values: ReadonlyArray<unknown> = [
  null,
  true,
  -1,
  1e308,
  "",
  "\u0000",
  "a\u0000b\ud800",
  "x".repeat(100_000),
  "'; DROP TABLE stt_enrichments; --",
  "../../etc/passwd",
  [],
  [null],
  [[[]]],
  {},
  { __proto__: null, constructor: 1, toString: null }
]

const fields =
  "url notificationWebhookUrl notificationLevel endUserIdentifier enrichmentParameters originalFileName file transcript transcriptFile enrichmentVersionMetadata multipleChoiceQuestions notes translate taskId status failureCause evaluations progress thumbUp grant_type client_id client_secret scope id"
    .split(" ")

const bodies: ReadonlyArray<{ readonly raw: string; readonly type: string }> = [
  ...["", "{", "null", "[]", "{}", "1", deep, "\u0000", "{\"a\":\"\\u0000\"}", "{\"taskId\":\"\\ud800\"}"].map((
    raw
  ) => ({
    raw,
    type: "application/json"
  })),
  ...values.map((value) => ({
    raw: JSON.stringify(Object.fromEntries(fields.map((name) => [name, value]))),
    type: "application/json"
  })),
  ...values.map((value) => ({
    raw: fields.map((name) => `${name}=${encodeURIComponent(JSON.stringify(value).toWellFormed())}`).join("&"),
    type: "application/x-www-form-urlencoded"
  })),
  { raw: "%", type: "application/x-www-form-urlencoded" },
  { raw: "--x\r\n", type: "multipart/form-data; boundary=x" },
  { raw: "nothing", type: "multipart/form-data" },
  {
    raw: "--x\r\ncontent-disposition: form-data; name=\"transcript\"; filename=\"../\u0000\"\r\n\r\n{}\r\n--x--\r\n",
    type: "multipart/form-data; boundary=x"
  },
  { raw: "<xml/>", type: "text/xml" },
  { raw: "{\"taskId\": 1}", type: "" }
]

const ids = ["x", "%00", "0190b4a8-0000-7000-8000-000000000000", "x".repeat(2000)]

const paths = (path: string) => [
  path.replace("{id}", id).replace("{vid}", vid).replace("{mid}", taskId()).replace("{cid}", taskId()),
  ...ids.map((value) => path.replaceAll(/\{\w+\}/g, value))
]

const queries = [
  "",
  "?taskId=x&size=-1&page=1e9&sort=%00&order=%ff&withStatus=[]&evaluator=%00&format=%F0%9F&language=%00&wait=-5",
  `?taskId=${taskId()}&wait=NaN&evaluator=${"e".repeat(3000)}&endUserIdentifier=%00%27`,
  "?size=99999999999999999999&page=99999999999999999999",
  "?%&&=&=&a[b][c]=d"
]

describe("Nonsense", () => {
  // §0 FIX: whatever is sent, it is refused in the envelope with its path, never a 500
  it("is refused in the envelope by every endpoint", async () => {
    const send = async (method: string, path: string, body?: (typeof bodies)[number]) => {
      const response = await fetch(`${rig.url}/api${path}`, {
        method,
        ...(body === undefined ? {} : { body: body.raw }),
        headers: {
          authorization: `Bearer ${caller.token}`,
          ...(body === undefined || body.type === "" ? {} : { "content-type": body.type })
        }
      })
      const text = await response.text()
      if (text === "") throw new Error(`${method} ${path.slice(0, 200)} ${response.status}`)
      const where = `${method} ${path.slice(0, 200)} ${body?.type} ${
        body?.raw.slice(0, 80)
      }: ${response.status} ${text}`
      assert.isBelow(response.status, 500, where)
      if (response.status < 400 || path.startsWith("/token")) return
      const { errors, status } = JSON.parse(text)
      assert.strictEqual(status, "KO", where)
      assert.isNotEmpty(errors, where)
      for (const error of errors) assert.containsAllKeys(error, ["path", "message"], where)
    }
    // Listed and taken before anything is deleted, for there to be something.
    const endpoints = Object.entries(OpenApi.fromApi(api).paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ method, path: path.replace(/^\/api/, "") }))
    )
    const order = ["get", "post", "delete"]
    for (const { method, path } of endpoints.toSorted((a, b) => order.indexOf(a.method) - order.indexOf(b.method))) {
      if (method === "delete" && path.endsWith("{id}")) continue
      for (const [index, target] of paths(path).entries()) {
        // Every body at the real place, a few at the false ones.
        const sent = method === "post" ? (index === 0 ? bodies : bodies.slice(0, 3)) : [undefined]
        const asked = method === "get" ? queries : [""]
        await Promise.all(
          sent.flatMap((body) => asked.map((query) => send(method.toUpperCase(), target + query, body)))
        )
      }
    }
    const later = await Started.upload(caller, { generateMetadata: false, generateQuiz: false })
    const taken = await Workers.take(caller, "transcription")
    assert.strictEqual(taken!.job.enrichmentId, later)
  }, 120_000)
})
