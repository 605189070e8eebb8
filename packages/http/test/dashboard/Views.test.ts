/** Every view of the live page in Chromium: no barrier that axe knows, no error, no overflow, in both languages. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { Page as Tab } from "playwright-core"
import { overflows } from "../../../lab/test/browser/Chromium.ts"
import * as Store from "../command/Store.ts"
import * as Page from "./Page.ts"

const limit = { timeout: 120_000 }

/** What is there once a view has been drawn. */
const drawn: Readonly<Record<string, string>> = {
  now: ".yard .platform",
  hour: ".chart canvas",
  transcriptions: ".line li",
  shares: ".pool table",
  laboratory: ".laboratory textarea"
}

const looks = [
  { width: 1280, colours: "light", language: "en" },
  { width: 390, colours: "dark", language: "fr" },
  { width: 1280, colours: "dark", language: "fr" },
  { width: 390, colours: "light", language: "en" }
] as const

/** Tables that one would have to push aside to read. On a wide screen a table may be wider than its place. */
const cut = (page: Tab): Promise<ReadonlyArray<string>> =>
  page.evaluate(`innerWidth > 640 ? [] : [...document.querySelectorAll(".scroll")]
    .filter(({ clientWidth, scrollWidth }) => scrollWidth > clientWidth)
    .map(({ innerText }) => innerText)`)

const wait = (page: Tab, selector: string) => Effect.promise(() => page.waitForSelector(selector, { timeout: 30_000 }))
const does = <A>(what: () => Promise<A>) => Effect.promise(what)

layer(Store.layer, { excludeTestServices: true, timeout: "60 seconds" })(
  `the live page in Chromium${Page.absent}`,
  (it) => {
    const effect = Page.absent === "" ? it.effect : it.effect.skip

    effect(
      "shows each view without a barrier, an error or an overflow, in both languages, wide and narrow",
      () =>
        Effect.gen(function*() {
          const stage = yield* Page.stage
          for (const look of looks) {
            const { complaints, page } = yield* Page.visit(stage, "now", { ...look, key: Page.operator })
            for (const [view, selector] of Object.entries(drawn)) {
              const told = `${view} ${look.width} ${look.colours} ${look.language}`
              yield* does(() => page.evaluate(`location.assign("#${view}")`))
              yield* wait(page, selector)
              assert.deepStrictEqual(yield* Page.barriers(page), [], told)
              assert.isFalse(yield* does(() => overflows(page)), told)
              assert.strictEqual(yield* does(() => page.locator("h1").count()), 1, told)
              assert.deepStrictEqual(yield* does(() => cut(page)), [], told)
              assert.deepStrictEqual(complaints, [], told)
            }
            yield* does(() => page.evaluate("location.assign('#now')"))
            yield* wait(page, drawn["now"]!)
            yield* does(() => page.locator(".platform button").first().click())
            yield* wait(page, "dialog.panel[open]")
            assert.deepStrictEqual(yield* Page.barriers(page), [], "the panel")
            assert.deepStrictEqual(yield* does(() => cut(page)), [], "the panel")
            yield* does(() => page.locator("[data-operation=eject]").click())
            yield* wait(page, "dialog.confirm[open]")
            assert.deepStrictEqual(yield* Page.barriers(page), [], "the confirmation")
            assert.deepStrictEqual(complaints, [], "the dialogs")
            assert.strictEqual(yield* does(() => page.evaluate("document.documentElement.lang")), look.language)
            yield* does(() => page.close())
          }
        }).pipe(Effect.scoped),
      { timeout: 300_000 }
    )

    effect("is opened by a key that stays in its tab, and says why another is refused", () =>
      Effect.gen(function*() {
        const stage = yield* Page.stage
        const { complaints, page } = yield* Page.visit(stage, "now", { width: 1280, colours: "light" })
        yield* does(() => page.getByLabel("API key").fill("nobody-has-this-key-0123456789"))
        assert.deepStrictEqual(yield* Page.barriers(page), [])
        yield* does(() => page.getByRole("button", { name: "Open" }).click())
        yield* does(() => page.getByRole("alert").filter({ hasText: "refused" }).waitFor())
        assert.deepStrictEqual(yield* Page.barriers(page), [])
        yield* does(() => page.getByLabel("API key").fill(Page.viewer))
        yield* does(() => page.keyboard.press("Enter"))
        yield* wait(page, drawn["now"]!)
        const kept = yield* does(() =>
          page.evaluate("[location.href, JSON.stringify(localStorage), document.cookie].join(' ')")
        )
        assert.notInclude(String(kept), Page.viewer)
        yield* does(() => page.getByRole("button", { name: "Sign out" }).click())
        yield* does(() => page.getByLabel("API key").waitFor())
        assert.strictEqual(yield* does(() => page.evaluate("sessionStorage.length")), 0)
        // The browser itself tells of the refusal, and of nothing else.
        assert.deepStrictEqual(complaints.filter((complaint) => !complaint.includes("401")), [])
      }).pipe(Effect.scoped), limit)

    effect("says at once which server is away, since when, and whom it hurts", () =>
      Effect.gen(function*() {
        const stage = yield* Page.stage
        const { complaints, page } = yield* Page.visit(stage, "now", {
          width: 1280,
          colours: "light",
          key: Page.viewer
        })
        const troubles = page.locator(".troubles")
        yield* does(() => troubles.getByText("All lines are clear").waitFor())
        yield* stage.servers[1]!.kill
        yield* does(() => troubles.locator(".what", { hasText: "does not answer" }).waitFor())
        const text = yield* does(() => troubles.innerText())
        assert.include(text, stage.servers[1]!.url.replace("http://", ""))
        assert.match(text, /since \d\d:\d\d:\d\d \(/)
        assert.include(text, "1 of 2 servers left")
        assert.match(text, /\d waiting, the longest for/)
        assert.match(text, /univ-b\s+\d/)
        assert.match(yield* does(() => page.locator(".journal li").first().innerText()), /does not answer/)
        // It is said to those who do not see it, too.
        assert.match(yield* does(() => page.getByRole("status").innerText()), /does not answer/)
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.scoped), limit)

    effect(
      "lets an operator drain a server once it is confirmed, by keyboard alone, and a viewer not",
      () =>
        Effect.gen(function*() {
          const stage = yield* Page.stage
          const { page } = yield* Page.visit(stage, "now", { width: 1280, colours: "dark", key: Page.operator })
          yield* wait(page, drawn["now"]!)
          const platform = page.locator(".platform button").first()
          yield* does(() => platform.focus())
          yield* does(() => page.keyboard.press("Enter"))
          yield* wait(page, "dialog.panel[open]")
          assert.deepStrictEqual(yield* Page.barriers(page), [])
          yield* does(() => page.getByRole("button", { name: "Drain" }).press("Enter"))
          yield* wait(page, "dialog.confirm[open]")
          const stateOf = Effect.map(stage.served.snapshot, ({ servers }) => servers[0]!.state)
          assert.strictEqual(yield* stateOf, "up")
          assert.deepStrictEqual(yield* Page.barriers(page), [])
          yield* does(() => page.locator("dialog.confirm .primary").press("Enter"))
          yield* does(() => page.getByRole("button", { name: "Resume" }).waitFor())
          assert.strictEqual(yield* stateOf, "draining")
          yield* does(() => page.keyboard.press("Escape"))
          yield* does(() => page.locator("dialog.panel").waitFor({ state: "detached" }))
          assert.isTrue(yield* does(() => page.evaluate("document.activeElement.closest('.platform') !== null")))

          const watching = yield* Page.visit(stage, "now", { width: 1280, colours: "light", key: Page.viewer })
          yield* wait(watching.page, drawn["now"]!)
          yield* does(() => watching.page.locator(".platform button").first().click())
          yield* wait(watching.page, "dialog.panel[open]")
          assert.strictEqual(yield* does(() => watching.page.locator(".operations").count()), 0)
        }).pipe(Effect.scoped),
      limit
    )

    effect(
      "ejects, restores, drains and resumes a server, each once it is confirmed and not when it is cancelled",
      () =>
        Effect.gen(function*() {
          const stage = yield* Page.stage
          const { complaints, page } = yield* Page.visit(stage, "now", {
            width: 390,
            colours: "light",
            key: Page.operator
          })
          yield* wait(page, drawn["now"]!)
          yield* does(() => page.locator(".platform button").first().click())
          const stateOf = Effect.map(stage.served.snapshot, ({ servers }) => servers[0]!.state)
          const ask = (operation: string) => does(() => page.locator(`[data-operation=${operation}]`).click())
          const answer = (button: string) =>
            does(async () => {
              await page.locator(`dialog.confirm[open] .buttons ${button}`).click()
              await page.locator("dialog.confirm").waitFor({ state: "detached" })
            })
          yield* ask("eject")
          yield* answer("button:not(.grave)")
          assert.strictEqual(yield* stateOf, "up")
          for (
            const [operation, button, state, next] of [
              ["eject", ".grave", "ejected", "restore"],
              ["restore", ".primary", "half-open", "drain"],
              ["drain", ".primary", "draining", "resume"],
              ["resume", ".primary", "half-open", "drain"]
            ] as const
          ) {
            yield* ask(operation)
            yield* answer(button)
            yield* wait(page, `[data-operation=${next}]`)
            assert.strictEqual(yield* stateOf, state)
          }
          assert.deepStrictEqual(complaints, [])
        }).pipe(Effect.scoped),
      limit
    )

    effect("says that it broke, and never shows a blank screen", () =>
      Effect.gen(function*() {
        const stage = yield* Page.stage
        const { page } = yield* Page.visit(stage, "now", { width: 1280, colours: "light" })
        const nonsense = `data: ${JSON.stringify({ at: 1, whole: true, models: { m: {} } })}\n\n`
        yield* does(() =>
          page.route("**/dashboard/api/live", (route) =>
            route.fulfill({ status: 200, contentType: "text/event-stream", body: nonsense }))
        )
        yield* does(() =>
          page.getByLabel("API key").fill(Page.viewer)
        )
        yield* does(() => page.keyboard.press("Enter"))
        yield* does(() => page.getByRole("heading", { name: "This page broke" }).waitFor())
        assert.deepStrictEqual(yield* Page.barriers(page), [])
        yield* does(() => page.unroute("**/dashboard/api/live"))
        yield* does(() => page.getByRole("button", { name: "Reload" }).click())
        yield* wait(page, drawn["now"]!)
      }).pipe(Effect.scoped), limit)

    effect("takes the present into the playground, which plays it", () =>
      Effect.gen(function*() {
        const stage = yield* Page.stage
        const { complaints, page } = yield* Page.visit(stage, "laboratory", {
          width: 1280,
          colours: "light",
          key: Page.viewer
        })
        yield* wait(page, drawn["laboratory"]!)
        // Ten minutes of three servers are played in a moment; one is enough.
        const scenario = yield* does(() => page.locator("textarea").inputValue())
        yield* does(() => page.locator("textarea").fill(scenario.replace("10 minutes", "1 minutes")))
        const [opened] = yield* does(() =>
          Promise.all([page.waitForEvent("popup"), page.getByRole("link", { name: "Open in the playground" }).click()])
        )
        yield* does(() => opened.waitForSelector("canvas", { timeout: 40_000 }))
        assert.match(yield* does(() => opened.locator("#status").innerText()), /requests simulated/)
        assert.include(yield* does(() => opened.locator("#scenario").inputValue()), "1 minutes")
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.scoped), limit)

    effect("weighs less than 500 kB as it travels, and asks nobody else for anything", () =>
      Effect.gen(function*() {
        const stage = yield* Page.stage
        const context = yield* does(() => stage.browser.newContext())
        const page = yield* does(() => context.newPage())
        const network = yield* does(() => context.newCDPSession(page))
        const sizes: Array<number> = []
        network.on("Network.loadingFinished", ({ encodedDataLength }) => sizes.push(encodedDataLength))
        yield* does(() => network.send("Network.enable"))
        yield* does(() => page.goto(`${stage.served.url}/dashboard/`))
        yield* does(() => page.getByLabel("API key").fill(Page.viewer))
        yield* does(() => page.keyboard.press("Enter"))
        for (const [view, selector] of Object.entries(drawn)) {
          yield* does(() => page.evaluate(`location.assign("#${view}")`))
          yield* wait(page, selector)
        }
        const weight = sizes.reduce((sum, size) => sum + size, 0)
        assert.isAbove(sizes.length, 5)
        assert.isBelow(weight, 500_000)
        yield* does(() => context.close())
      }).pipe(Effect.scoped), limit)
  }
)
