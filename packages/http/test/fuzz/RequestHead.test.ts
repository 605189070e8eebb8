import { endpointOf, isListed, moved } from "@aiguilleur/backends/Endpoint"
import { RoutingMode } from "@aiguilleur/core/Caller"
import { assert, describe, it } from "@effect/vitest"
import type { IncomingMessage } from "node:http"
import { isIP } from "node:net"
import { runs, works } from "../../../core/test/fuzz/Fuzz.ts"
import { among, anyText, inherited, oneOf, pumped, textOf } from "../../../core/test/fuzz/Inputs.ts"
import { assertLinear } from "../../../core/test/fuzz/Work.ts"
import { isKnown, isOurs } from "../../src/GatewayPaths.ts"
import { requestIdOf, secretOf, unreadable, wishesOf } from "../../src/RequestHead.ts"
import { make as senderBehind, networkOf } from "../../src/Sender.ts"

const requestOf = (headers: Readonly<Record<string, string>>, url = "/") =>
  ({ method: "POST", url, headers, socket: { remoteAddress: "::ffff:10.0.0.1" } }) as unknown as IncomingMessage

const fragments = [
  ...inherited,
  "1",
  "30",
  "-",
  "+",
  ".5",
  "ms",
  "s",
  "h",
  " ",
  "  ",
  ",",
  "any",
  "private-only",
  "bearer ",
  "Bearer",
  "application/json",
  "multipart/form-data",
  "; charset=utf-8",
  "text/",
  "x+json",
  ";"
]

const header = oneOf(textOf(fragments, 6), among(fragments), anyText)

const nothing = { priority: undefined, routingMode: undefined }

const addresses = [
  "10.0.0.1",
  "10.0.0.2",
  "192.0.2.7",
  "::ffff:10.0.0.3",
  "2001:db8::1",
  "unknown",
  ",",
  " ",
  "/8",
  "/129",
  "1e1"
]

describe("RequestHead, fuzzed", () => {
  it.prop("reads a wish, or refuses it with 400", [header, header, header], ([priority, mode, wait]) => {
    const headers = { "x-priority": priority, "x-routing-mode": mode, "x-max-wait": wait }
    const wishes = wishesOf(headers, nothing)
    if ("status" in wishes) return assert.strictEqual(wishes.status, 400)
    assert.strictEqual(wishes.priority, Number(priority))
    assert.isTrue(Number.isSafeInteger(wishes.priority))
    assert.include(RoutingMode.literals, wishes.routingMode)
    assert.isTrue(wishes.maxWait !== undefined && Number.isFinite(wishes.maxWait) && wishes.maxWait >= 0)
  }, runs())

  it.prop("repeats no id and takes no secret that could break a line", [header], ([text]) => {
    const headers = { "x-request-id": text, authorization: text }
    assert.notMatch(requestIdOf(requestOf(headers)) ?? "", /[^\x21-\x7e]/)
    const secret = secretOf(headers)
    if (typeof secret === "string") assert.match(secret, /^[\x21-\x7e]{1,512}$/)
    else assert.strictEqual(secret.status, 401)
    const refused = unreadable(requestOf({ "content-type": text, "content-encoding": "" }), "chat")
    assert.include([undefined, 415], refused?.status)
  }, runs())

  it.prop("finds an address behind any chain of proxies", [textOf(addresses), among(addresses)], ([chain, proxy]) => {
    const proxies = networkOf(proxy) === undefined ? [] : [proxy]
    for (const trusted of [proxies, ["10.0.0.0/8"], ["0.0.0.0/0", "::/0"]]) {
      const sender = senderBehind(trusted)(requestOf({ "x-forwarded-for": chain }))
      assert.notStrictEqual(isIP(sender), 0)
    }
  }, runs())

  const paths = [
    "/v1/",
    "/v1",
    "models",
    "chat/completions",
    "/",
    "..",
    "%2e",
    ":",
    ".",
    "?",
    "a=b",
    "rerank",
    "-",
    "/api/chat"
  ]

  it.prop("lets no path of dots, spaces or doubled slashes through", [oneOf(textOf(paths), anyText)], ([path]) => {
    for (const url of [path, `/v1/${path}`]) {
      const endpoint = endpointOf(url)
      assert.isBoolean(isOurs(requestOf({}, url)))
      if (!isKnown({ endpoint, path: url }) || isListed(url)) continue
      const [bare = ""] = url.split("?", 1)
      assert.match(url, /^[\x21-\x7e]+$/)
      assert.notMatch(bare, /\/\/|\/\.|\.\.|%/)
      assert.isTrue(moved(url, "/x").startsWith("/x"))
    }
  }, runs())

  const all = [...new Set([...fragments, ...paths, ...addresses])]

  it.prop("works in proportion to the header", [pumped(all)], ([input]) => {
    assertLinear(
      input,
      (text) => wishesOf({ "x-priority": text }, nothing) && wishesOf({ "x-routing-mode": text }, nothing)
    )
    assertLinear({ ...input, before: `1${input.before}` }, (text) => wishesOf({ "x-max-wait": text }, nothing))
    assertLinear({ ...input, before: `bearer ${input.before}` }, (text) => secretOf({ authorization: text }))
    assertLinear(input, (text) => unreadable(requestOf({ "content-type": text }), "transcriptions"))
    assertLinear(
      { ...input, before: `/v1/${input.before}` },
      (text) => isKnown({ endpoint: endpointOf(text), path: text })
    )
    assertLinear(input, (text) => senderBehind(["0.0.0.0/0", "::/0"])(requestOf({ "x-forwarded-for": text })))
  }, works)

  it("does not go over the blanks of a wait again and again", () => {
    assertLinear({ before: "1", unit: " ", after: "x" }, (text) => wishesOf({ "x-max-wait": text }, nothing))
  })
})
