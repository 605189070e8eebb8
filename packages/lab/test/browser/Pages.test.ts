/** The report and the playground in a browser: readable at both widths in both colours, and without a complaint. */
import * as Assets from "@aiguilleur/lab/face/command/Assets"
import { charts } from "@aiguilleur/lab/report/Charts"
import { page as write } from "@aiguilleur/lab/report/Page"
import * as Study from "@aiguilleur/lab/report/Study"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import type { Browser } from "playwright-core"
import { createServer } from "vite"
import type { ViteDevServer } from "vite"
import { column, population, server, town } from "../world/Town.ts"
import { absent, isDrawn, launch, open, overflows } from "./Chromium.ts"

const looks = [[1280, "light"], [1280, "dark"], [390, "light"], [390, "dark"]] as const

describe.skipIf(absent !== "")(`pages in Chromium${absent}`, () => {
  let browser: Browser
  const folder = mkdtempSync(join(tmpdir(), "aiguilleur-lab-"))

  beforeAll(async () => {
    browser = await launch()
  }, 30_000)

  afterAll(async () => {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it("shows the report's verdict and every chart, side by side, and asks for nothing from outside", async () => {
    const scenario = town({
      servers: [server({ maxConcurrent: 2 })],
      populations: [
        population({ arrivals: { kind: "closed", users: 3 } }),
        population({ name: "batch", organisation: "univ-b", priority: 0, arrivals: { kind: "poisson", perSecond: 8 } })
      ],
      columns: [column(), column({ name: "two", policy: "none" })]
    })
    const report = await Effect.runPromise(Study.run(Study.cases(scenario)))
    const file = join(folder, "report.html")
    writeFileSync(file, write(report, Assets.read()))
    for (const [width, colours] of looks) {
      const { complaints, page } = await open(browser, pathToFileURL(file).href, width, colours)
      await page.waitForFunction(`document.querySelectorAll("canvas").length === ${2 * charts(report).length}`)
      assert.strictEqual(await page.locator(".verdict li").count(), report.verdict.length)
      assert.isTrue(await page.getByText("Simulated servers, simulated users").isVisible())
      assert.isTrue(await isDrawn(page))
      assert.isFalse(await overflows(page), `${width} ${colours}`)
      assert.deepStrictEqual(complaints, [])
      await page.close()
    }
  }, 60_000)

  describe("the playground", () => {
    let vite: ViteDevServer

    beforeAll(async () => {
      const root = fileURLToPath(new URL("../../playground/", import.meta.url))
      vite = await createServer({
        root,
        configFile: join(root, "vite.config.ts"),
        cacheDir: join(folder, "vite"),
        logLevel: "error",
        server: { port: 0, host: "127.0.0.1", hmr: false, watch: null }
      })
      await vite.listen()
    }, 30_000)

    afterAll(() => vite.close())

    it("simulates anew when a slider moves, and the charts follow", async () => {
      for (const [width, colours] of [looks[0], looks[3]] as const) {
        const { complaints, page } = await open(browser, vite.resolvedUrls!.local[0]!, width, colours)
        await page.waitForSelector("canvas", { timeout: 40_000 })
        const before = await page.locator(".verdict").innerText()
        await page.locator("#servers").fill("8")
        await page.waitForFunction(
          `document.querySelector(".verdict").innerText !== ${JSON.stringify(before)}`,
          undefined,
          { timeout: 40_000 }
        )
        assert.match(await page.locator("#status").innerText(), /requests simulated in/)
        assert.isTrue(await isDrawn(page))
        assert.isFalse(await overflows(page), `${width} ${colours}`)
        assert.deepStrictEqual(complaints, [])
        await page.close()
      }
    }, 120_000)
  })
})
