import { assert, describe, it } from "@effect/vitest"
import type { IncomingMessage } from "node:http"
import * as Sender from "../../src/Sender.ts"

const request = (remoteAddress: string, forwarded?: string) =>
  ({ socket: { remoteAddress }, headers: { "x-forwarded-for": forwarded } }) as unknown as IncomingMessage

const behind = Sender.make(["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"])

describe("the sender of a request", () => {
  it("is who is connected, unless that is a proxy that is trusted", () => {
    assert.strictEqual(Sender.make([])(request("192.0.2.1", "198.51.100.1")), "192.0.2.1")
    assert.strictEqual(behind(request("198.51.100.9", "203.0.113.1")), "198.51.100.9")
    assert.strictEqual(behind(request("192.0.2.7")), "192.0.2.7")
  })

  it("is the last one that a chain of trusted proxies heard, whatever was written before", () => {
    assert.strictEqual(behind(request("10.1.2.3", "203.0.113.1")), "203.0.113.1")
    assert.strictEqual(behind(request("::ffff:10.1.2.3", "1.2.3.4, 203.0.113.1, 192.0.2.7")), "203.0.113.1")
    assert.strictEqual(behind(request("2001:db8::1", "2001:db9::5 , 10.0.0.1")), "2001:db9::5")
    assert.strictEqual(behind(request("10.1.2.3", "10.9.9.9")), "10.9.9.9")
  })

  it("is the proxy where its word is no address", () => {
    for (const told of ["unknown", "", ",", "203.0.113.1, _hidden", "x".repeat(10_000)]) {
      assert.strictEqual(behind(request("10.1.2.3", told)), "10.1.2.3", told.slice(0, 40))
    }
  })

  it("knows a network from what only looks like one", () => {
    for (const right of ["10.0.0.0/8", "10.0.0.1", "::1", "2001:db8::/32", "0.0.0.0/0"]) {
      assert.isDefined(Sender.networkOf(right), right)
    }
    for (const wrong of ["", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/8/8", "10.0.0.0/", "::/129", "host", "10.0.0.0/-1"]) {
      assert.isUndefined(Sender.networkOf(wrong), wrong)
    }
  })
})
