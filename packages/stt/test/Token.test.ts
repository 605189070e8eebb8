/** Tokens, home and health over real HTTP. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { stat } from "node:fs/promises"
import * as ClientSecret from "../src/client/ClientSecret.ts"
import { call, Caller } from "./support/Caller.ts"
import { type Rig, start } from "./support/Service.ts"

let rig: Rig
const unknownId = "0190b4a8-0000-7000-8000-000000000000"
const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`
})

beforeAll(async () => {
  rig = await start({ tokenLimits: { failures: 5, successes: 1000 } })
  await rig.client("all")
  await rig.client("limited", { scopes: ["scope_default"] })
  await rig.client("bare", { scopes: ["scope_client"] })
  await rig.client("off", { active: false })
})

afterAll(() => rig.stop())

const token = (options: Parameters<typeof call>[2]) => call(`${rig.url}/api/token`, "POST", options)

describe("Tokens", () => {
  // §1 MUST: the token is issued for JSON with the credentials in the body (Esup-Pod)
  // §1 MUST: the token is issued for JSON with Basic authentication (Nudgis, Meet, Python workers)
  // §1 MUST: the token is issued for a form with Basic authentication (portail, PHP workers)
  // §1 MUST: the token is issued for a form with the credentials in the body
  // §1 MUST: credentials in the body win over Basic
  it("issues a token in every encoding", async () => {
    const grant = { grant_type: "client_credentials" }
    const own = { client_id: "all", client_secret: "all-secret" }
    const answers = await Promise.all([
      token({ json: { ...grant, ...own } }),
      token({ json: grant, headers: basic("all", "all-secret") }),
      token({ urlencoded: grant, headers: basic("all", "all-secret") }),
      token({ urlencoded: { ...grant, ...own } }),
      token({ form: { ...grant, ...own } }),
      token({ json: { ...grant, ...own }, headers: basic("nobody", "nothing") })
    ])
    for (const { headers, json, status } of answers) {
      assert.strictEqual(status, 200)
      assert.strictEqual(json.token_type, "Bearer")
      assert.strictEqual(json.expires_in, 86_400)
      assert.strictEqual(headers.get("cache-control"), "no-store")
      assert.strictEqual(headers.get("pragma"), "no-cache")
      const home = await new Caller(rig.url, json.access_token).get("/home")
      assert.strictEqual(home.status, 202)
    }
  })

  // §1 MUST: without a scope the token has all scopes of the client, with one it has that one
  it("gives the scopes that are asked for, or all", async () => {
    const asked = await token({
      json: { grant_type: "client_credentials", client_id: "all", client_secret: "all-secret", scope: "scope_default" }
    })
    const caller = new Caller(rig.url, asked.json.access_token)
    assert.strictEqual((await caller.get("/home")).status, 202)
    assert.strictEqual((await caller.get("/enrichments")).status, 403)
    const other = await token({
      json: { grant_type: "client_credentials", scope: "scope_client" },
      headers: basic("limited", "limited-secret")
    })
    assert.strictEqual(other.status, 400)
    assert.strictEqual(other.json.error, "invalid_scope")
  })

  it("names what is wrong with a request for a token", async () => {
    const none = await token({ json: { client_id: "all", client_secret: "all-secret" } })
    assert.deepStrictEqual([none.status, none.json.error], [400, "unsupported_grant_type"])
    const anonymous = await token({ json: { grant_type: "client_credentials" } })
    assert.deepStrictEqual([anonymous.status, anonymous.json.error], [400, "invalid_request"])
    for (const [id, secret] of [["all", "wrong"], ["nobody", "wrong"], ["off", "off-secret"]] as const) {
      const { headers, json, status } = await token({
        json: { grant_type: "client_credentials" },
        headers: basic(id, secret)
      })
      assert.deepStrictEqual([status, json.error], [401, "invalid_client"])
      assert.strictEqual(headers.get("www-authenticate"), "Basic realm=\"OAuth\"")
    }
    assert.strictEqual((await token({ raw: "{not json" })).status, 400)
  })

  // §1 MUST: how long a token holds can be set, and then it is refused with 401
  it("lets a token expire", async () => {
    const short = await start({ tokenTtl: 0.2 }, rig.folder, "cli")
    try {
      const { json } = await call(`${short.url}/api/token`, "POST", {
        json: { grant_type: "client_credentials" },
        headers: basic("all", "all-secret")
      })
      assert.strictEqual(json.expires_in, 0.2)
      const caller = new Caller(short.url, json.access_token)
      let status = 0
      do status = (await caller.get("/home")).status
      while (status === 202)
      assert.strictEqual(status, 401)
    } finally {
      await short.stop()
    }
  })

  // §9 FIX: no secret is shipped: what signs is made in the institution's database, or is its own
  it("takes no token that was signed with another secret", async () => {
    const { token: signed } = await Caller.of(rig, "all", "all-secret")
    const apart = await start({ secret: Redacted.make("another") }, rig.folder, "cli")
    try {
      assert.strictEqual((await new Caller(apart.url, signed).get("/home")).status, 401)
      const own = await Caller.of(apart, "all", "all-secret")
      assert.strictEqual((await own.get("/home")).status, 202)
      assert.strictEqual((await new Caller(rig.url, own.token).get("/home")).status, 401)
    } finally {
      await apart.stop()
    }
  })

  // §1 OURS: tokens can be asked for so often a minute and no more, by each client on its own
  it("limits how often a client asks", async () => {
    await rig.client("eager")
    const busy = await start({ tokenLimits: { failures: 5, successes: 3 } }, rig.folder, "cli")
    try {
      const ask = (id: string) =>
        call(`${busy.url}/api/token`, "POST", {
          json: { grant_type: "client_credentials" },
          headers: basic(id, `${id}-secret`)
        })
      const statuses: Array<number> = []
      while (statuses.length < 10) statuses.push((await ask("eager")).status)
      assert.include(statuses, 200)
      assert.include(statuses, 429)
      assert.strictEqual((await ask("all")).status, 200)
    } finally {
      await busy.stop()
    }
  })

  // §1 OURS: guessing at a secret is slowed down
  it("slows down who guesses", async () => {
    await rig.client("guessed")
    const statuses: Array<number> = []
    for (let guess = 0; guess < 6; guess++) {
      const answer = await token({ json: { grant_type: "client_credentials" }, headers: basic("guessed", `${guess}`) })
      statuses.push(answer.status)
      if (answer.status === 429) assert.isAbove(Number(answer.headers.get("retry-after")), 0)
    }
    assert.include(statuses, 429)
  })

  // §9 OURS: whoever has no token is held and stored little for, in whichever encoding
  it("takes no large body from anybody", async () => {
    const own = { grant_type: "client_credentials", client_id: "all", client_secret: "all-secret" }
    const said = { id: unknownId, status: "SUCCESS" }
    const pad = "x".repeat(200_000)
    const parts = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`pad${n}`, "x".repeat(20_000)]))
    const file = (size: number) => new File(["x".repeat(size)], "pad.bin")
    const files = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`pad${n}`, file(20_000)]))
    // Cut off in the middle, it may learn of nothing else.
    const statusOf = (path: string, options: Parameters<typeof call>[2]) =>
      call(`${rig.url}/api${path}`, "POST", options).then(({ status }) => status, () => 413)
    for (const [path, values] of [["/token", own], ["/v1/webhook", said]] as const) {
      assert.strictEqual(await statusOf(path, { form: { ...values, pad: "x".repeat(20_000) } }), 200)
      const large = [
        { json: { ...values, pad } },
        { urlencoded: { ...values, pad } },
        { form: { ...values, pad } },
        { form: { ...values, ...parts } },
        { form: { ...values, pad: file(200_000) } },
        { form: { ...values, ...files } }
      ]
      for (const options of large) assert.include([400, 413], await statusOf(path, options))
    }
  })

  // §9 OURS: guessing at many clients at once keeps nothing waiting that needs the same threads
  it("hashes few secrets at the same time", async () => {
    const verify = ClientSecret.makeVerifier()
    let checked = 0
    const guesses = Array.from({ length: 40 }, async (_, guess) => {
      assert.isFalse(await Effect.runPromise(verify(`${guess}`, undefined)))
      checked++
    })
    await stat(".")
    assert.isBelow(checked, 20)
    await Promise.all(guesses)
  })

  // §1 MUST: a missing token is answered 401 with WWW-Authenticate exactly Bearer
  // §1 MUST: a token without scope_default is answered 403 everywhere
  it("lets nobody in without a good token", async () => {
    const missing = await call(`${rig.url}/api/v1/enrichments`, "GET")
    assert.strictEqual(missing.status, 401)
    assert.strictEqual(missing.headers.get("www-authenticate"), "Bearer")
    const forged = await new Caller(rig.url, "e30.AAAA").get("/enrichments")
    assert.strictEqual(forged.status, 401)
    assert.match(forged.headers.get("www-authenticate")!, /^Bearer/)
    const bare = await Caller.of(rig, "bare", "bare-secret")
    for (const path of ["/home", "/enrichments", "/enrichments/job/translation/oldest"]) {
      assert.strictEqual((await bare.get(path)).status, 403)
    }
    const limited = await Caller.of(rig, "limited", "limited-secret")
    const refused = await limited.get("/enrichments")
    assert.deepStrictEqual(refused.json, {
      status: "KO",
      errors: [{ path: null, message: "User not authorized to access this resource" }]
    })
    const removal = await limited.delete(`/enrichments/${unknownId}`)
    assert.strictEqual(removal.json.errors[0].message, "User not authorized to delete this resource")
  })

  // §1 OURS: a client that is switched off, or has a new secret, loses its tokens at once
  it("ends the tokens of a client that is switched off", async () => {
    await rig.client("leaving")
    const caller = await Caller.of(rig, "leaving", "leaving-secret")
    assert.strictEqual((await caller.get("/enrichments")).status, 200)
    await rig.edit("leaving", { active: false })
    assert.strictEqual((await caller.get("/enrichments")).status, 401)
    await rig.edit("leaving", { active: true }, "another")
    assert.strictEqual((await caller.get("/enrichments")).status, 401)
  })

  // §0 MUST: JSON is application/json exactly, without a charset
  // §0 MUST: home is the one success that is 202
  it("answers home and health", async () => {
    const health = await call(`${rig.url}/api/v1/health`, "GET")
    assert.strictEqual(health.status, 200)
    assert.deepStrictEqual(health.json, { kernelStatus: true, dbConnectionStatus: true })
    const all = await Caller.of(rig, "all", "all-secret")
    const home = await all.get("/home", { headers: { "content-type": "application/json" } })
    assert.deepStrictEqual([home.status, home.json], [202, { status: "OK" }])
    assert.strictEqual(home.headers.get("content-type"), "application/json")
    const sink = await all.post("/webhook", { json: { id: unknownId, status: "SUCCESS" } })
    assert.deepStrictEqual([sink.status, sink.json], [200, { status: "OK" }])
    assert.strictEqual((await all.post("/webhook", { json: { id: "x" } })).status, 400)
  })

  // §9 OURS: an OpenAPI document, and a page that a person can read
  it("documents itself", async () => {
    const document = await call(`${rig.url}/api/doc.json`, "GET")
    assert.strictEqual(document.json.openapi, "3.1.0")
    assert.isAbove(Object.keys(document.json.paths).length, 25)
    const { components, paths } = document.json
    const get = paths["/api/v1/enrichments/{id}"].get
    assert.deepStrictEqual(get.security, [{ token: ["scope_client"] }])
    assert.deepStrictEqual(get.responses["200"].content["application/json"].schema, {
      $ref: "#/components/schemas/EnrichmentWithStatus"
    })
    // Whatever is referred to is there.
    for (const [, name] of document.text.matchAll(/"#\/components\/schemas\/([^"/]+)/g)) {
      assert.property(components.schemas, name!)
    }
    assert.include((await call(`${rig.url}/api/doc`, "GET")).text, "/api/v1/enrichments/upload")
  })

  // §0 FIX: a path that does not exist is answered in the envelope
  it("answers unknown paths in the envelope", async () => {
    const answer = await call(`${rig.url}/api/v1/nothing`, "PUT")
    assert.deepStrictEqual([answer.status, answer.json.status], [404, "KO"])
  })
})
