/** The page of transcriptions as a person uses it, in Chromium, with simulated engines behind the gateway. */
import { afterAll, assert, beforeAll, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { Browser, Page } from "playwright-core"
import { absent, launch, open, overflows } from "../../../lab/test/browser/Chromium.ts"
import * as Store from "../command/Store.ts"
import * as Chain from "./Chain.ts"
import * as Sound from "./Sound.ts"

const limit = { timeout: 120_000 }

const speech = Sound.speech(12)

/** The page's own policy keeps a browser from waiting for an expression by itself. */
const holds = async (page: Page, expression: string): Promise<void> => {
  while (await page.evaluate(expression) !== true) await page.waitForTimeout(50)
}

/** Waits until the track shows a text at a moment. */
const shows = async (page: Page, seconds: number, text: string) => {
  await page.evaluate(`document.querySelector("video").currentTime = ${seconds}`)
  await holds(
    page,
    `[...document.querySelector("video").textTracks[0].activeCues]
    .map(({ text }) => text).join() === ${JSON.stringify(text)}`
  )
}

const sign = async (page: Page, { id, secret }: Chain.Chain) => {
  await page.fill("input[name=id]", id)
  await page.fill("input[name=secret]", secret)
  await page.keyboard.press("Enter")
  await page.waitForSelector("form.wishes")
}

layer(Store.layer, { excludeTestServices: true, timeout: "60 seconds" })(
  `The page of transcriptions${absent}`,
  (it) => {
    const test = absent === "" ? it.effect : it.effect.skip
    let browser: Browser

    beforeAll(async () => {
      if (absent === "") browser = await launch()
    }, 60_000)

    afterAll(() => browser?.close())

    test(
      "takes a file, and shows its words at their time beside it, as subtitles and as files",
      () =>
        Effect.gen(function*() {
          const chain = yield* Chain.start()
          yield* Effect.promise(async () => {
            const { complaints, page } = await open(browser, `${chain.served.url}/transcribe/`, 1280, "light")
            await sign(page, chain)
            await page.setInputFiles("input[type=file]", { name: "lecture.wav", mimeType: "audio/wav", buffer: speech })
            await page.check("input[name=quiz]")
            await page.check("input[name=notes]")
            await page.selectOption("select[name=translate]", "fr")
            await page.click("button.primary")
            await page.waitForSelector(".quiz", { timeout: 60_000 })
            await holds(
              page,
              `document.querySelector("video").readyState > 0
          && document.querySelector("video").textTracks[0]?.cues?.length > 0`
            )
            // The simulated Whisper says a word in each second.
            await shows(page, 2.5, "This is a simulated answer")
            await shows(page, 7.5, "— word-7 word-8 word-9 word-10")
            assert.strictEqual(
              await page.locator("[aria-current=true]").innerText().then((text) => text.includes("word-7")),
              true
            )
            const saving = page.waitForEvent("download")
            await page.getByRole("button", { name: /^VTT · English/ }).click()
            assert.strictEqual((await saving).suggestedFilename(), "lecture.en.vtt")
            await page.locator(".title select").selectOption(
              "fr"
            )
            await holds(page, `document.querySelector(".sentence").innerText.includes("«")`)
            await page.locator(".quiz label").first().click()
            await page.waitForSelector(".quiz [role=status]")
            assert.isFalse(await overflows(page))
            assert.deepStrictEqual(complaints, [])
            await page.close()
          })
        }),
      limit
    )

    test("fits a phone in the dark, speaks French, and says what was wrong", () =>
      Effect.gen(function*() {
        const chain = yield* Chain.start()
        yield* Chain.done(chain.client, Chain.subtitles)
        const failed = yield* Chain.upload(chain.client, Sound.silence(3))
        yield* Chain.ended(chain.client, failed)
        yield* Effect.promise(async () => {
          const { page } = await open(browser, `${chain.served.url}/transcribe`, 390, "dark")
          await page.locator("header select").first().selectOption("fr")
          await page.fill("input[name=id]", chain.id)
          await page.fill("input[name=secret]", "wrong")
          await page.keyboard.press("Enter")
          await page.getByText("ne sont pas connus ici").waitFor()
          await sign(page, chain)
          await page.getByText("Vos dernières transcriptions").waitFor()
          assert.isFalse(await overflows(page))
          // By the keyboard alone: to the newest one, which has failed.
          await page.locator(".recent button").first().focus()
          await page.keyboard.press("Enter")
          await page.getByText("Nobody speaks in this recording").waitFor()
          await page.goBack().catch(() => {})
          await page.goto(`${chain.served.url}/transcribe`)
          await page.locator(".recent button").nth(1).click()
          await page.waitForSelector(".sentence")
          assert.isFalse(await overflows(page))
          await page.close()
        })
      }), limit)
  }
)
