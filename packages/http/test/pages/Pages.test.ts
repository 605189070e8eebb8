import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Rig from "../Rig.ts"

const get = (url: string, headers: Record<string, string> = {}) =>
  Effect.promise(() => fetch(url, { headers, redirect: "manual" }))

const page = Effect.fnUntraced(function*(url: string) {
  return yield* Effect.promise(async () => (await fetch(`${url}/dashboard/`)).text())
})

describe("the pages", () => {
  it.live("are served below a slash, with a policy under which nothing comes from elsewhere or from inline", () =>
    Effect.gen(function*() {
      const { url } = yield* Rig.make()
      const moved = yield* get(`${url}/dashboard`)
      assert.strictEqual(moved.status, 308)
      assert.strictEqual(moved.headers.get("location"), "dashboard/")
      const response = yield* get(`${url}/dashboard/?from=mail`)
      assert.strictEqual(response.status, 200)
      assert.strictEqual(response.headers.get("content-type"), "text/html; charset=utf-8")
      assert.strictEqual(response.headers.get("cache-control"), "no-cache")
      assert.strictEqual(response.headers.get("x-content-type-options"), "nosniff")
      const policy = response.headers.get("content-security-policy")!
      assert.include(policy, "default-src 'none'")
      assert.notMatch(policy, /unsafe|\*|https?:/)
      const text = yield* Effect.promise(() => response.text())
      assert.notMatch(text, /<script(?![^>]* src=)|<style|\son\w+=|style=/)
    }).pipe(Effect.scoped))

  it.live("name files by their content: those are kept for a year, the page itself is asked for again", () =>
    Effect.gen(function*() {
      const { url } = yield* Rig.make()
      const [script] = /assets\/dashboard-[\w-]+\.js/.exec(yield* page(url))!
      const asset = yield* get(`${url}/${script}`)
      assert.strictEqual(asset.headers.get("cache-control"), "public, max-age=31536000, immutable")
      const tag = (yield* get(`${url}/dashboard/`)).headers.get("etag")!
      assert.strictEqual((yield* get(`${url}/dashboard/`, { "if-none-match": `"other", W/${tag}` })).status, 304)
      assert.strictEqual((yield* get(`${url}/dashboard/`, { "if-none-match": "\"other\"" })).status, 200)
    }).pipe(Effect.scoped))

  it.live("travel compressed as the browser accepts it", () =>
    Effect.gen(function*() {
      const { url } = yield* Rig.make()
      const html = yield* Effect.flatMap(get(`${url}/transcribe/`), (page) => Effect.promise(() => page.text()))
      const [script] = /assets\/transcribe-[\w-]+\.js/.exec(html)!
      const sent = Effect.fnUntraced(function*(accepted: string) {
        const response = yield* get(`${url}/${script}`, { "accept-encoding": accepted })
        const bytes = Number(response.headers.get("content-length"))
        return [response.headers.get("content-encoding"), bytes, yield* Effect.promise(() => response.text())] as const
      })
      const [none, all, plain] = yield* sent("identity")
      const [brotli, least, inBrotli] = yield* sent("gzip, deflate, br, zstd")
      const [gzip, less, inGzip] = yield* sent("br;q=0, gzip;q=0.5")
      assert.deepStrictEqual([none, brotli, gzip], [null, "br", "gzip"])
      assert.isBelow(least, less)
      assert.isBelow(less, all)
      assert.strictEqual(inBrotli, plain)
      assert.strictEqual(inGzip, plain)
    }).pipe(Effect.scoped))

  it.live("are nothing but the built files", () =>
    Effect.gen(function*() {
      const { url } = yield* Rig.make()
      for (const path of ["dashboard/other", "assets/none.js", "dashboard/..%2f..%2fpackage.json", "assets/.sources"]) {
        assert.strictEqual((yield* get(`${url}/${path}`)).status, 404, path)
      }
    }).pipe(Effect.scoped))
})
