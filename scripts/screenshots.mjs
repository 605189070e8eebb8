// Writes docs/images: every view of the live page, in the demo at eight in the morning, with one server killed and one
// slowed down; and prints how soon the page first painted. `npm run screenshots`, or with so many seconds of load
// beforehand: `npm run screenshots -- 30`. It takes about three minutes, most of them because load looks better than none.
import { ConfigProvider, Effect, Layer } from "effect"
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { chromium } from "playwright-core"
import * as Demo from "../packages/http/src/Demo.ts"
import * as Program from "../packages/http/src/Program.ts"
import * as Store from "../packages/http/test/command/Store.ts"
import * as Jobs from "../packages/http/test/dashboard/Jobs.ts"
import * as Scene from "../packages/http/test/dashboard/Scene.ts"
import { folder } from "../packages/store/test/support/Folder.ts"

const { positionals: [seconds = "90"], values: { out } } = parseArgs({
  allowPositionals: true,
  options: { out: { type: "string", default: new URL("../docs/images/", import.meta.url).pathname } }
})
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium"

const widths = { wide: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } }
const schemes = ["light", "dark"]

/** Each view with what is there once it has been drawn, and what is opened first, if anything. */
const views = {
  "sign-in": { view: "now", drawn: "form", key: false },
  now: { view: "now", drawn: ".yard .platform" },
  server: { view: "now", drawn: ".yard .platform", open: [".trouble button"] },
  confirm: { view: "now", drawn: ".yard .platform", open: [".platform button", "[data-operation=drain]"] },
  hour: { view: "hour", drawn: ".chart canvas", full: true },
  transcriptions: { view: "transcriptions", drawn: ".line li" },
  shares: { view: "shares", drawn: ".pool table" },
  laboratory: { view: "laboratory", drawn: ".laboratory textarea" }
}

/** A browser can write WebP, which is a fifth of what its screenshots are. */
const webp = async (page, png) => {
  const url = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }))
    const canvas = document.createElement("canvas")
    canvas.width = image.width
    canvas.height = image.height
    canvas.getContext("2d").drawImage(image, 0, 0)
    return canvas.toDataURL("image/webp", 0.75)
  }, png.toString("base64"))
  return Buffer.from(url.slice(url.indexOf(",") + 1), "base64")
}

/** The page as another visitor finds it: nothing cached. */
const visit = async (browser, url, { view, drawn, key = true }, look) => {
  const context = await browser.newContext({ locale: "en-GB", ...look })
  const page = await context.newPage()
  await page.addInitScript((selector) => {
    const look = () => {
      if (document.querySelector(selector) === null) return requestAnimationFrame(look)
      requestAnimationFrame(() => window.drawnAt = performance.now())
    }
    look()
  }, drawn)
  if (key) await page.addInitScript((key) => sessionStorage.setItem("aiguilleur.key", key), Demo.operator)
  await page.goto(`${url}/dashboard/#${view}`)
  await page.locator(drawn).first().waitFor()
  return { context, page }
}

const take = async (browser, url, name, wanted, look) => {
  const { context, page } = await visit(browser, url, wanted, { ...look, deviceScaleFactor: 1.25 })
  for (const selector of wanted.open ?? []) await page.locator(selector).first().click()
  // Cars are on their way, and charts drawn.
  await page.waitForTimeout(1_500)
  const png = await page.screenshot({ fullPage: wanted.full === true, timeout: 120_000 })
  const bytes = await webp(await context.newPage(), png)
  writeFileSync(`${out}/${name}.webp`, bytes)
  console.log(`${name}.webp: ${Math.round(bytes.length / 1024)} kB`)
  await context.close()
  return bytes.length
}

/** Until something was painted, and until servers and queues were there: milliseconds after the page was asked for. */
const paint = async (browser, url) => {
  const { context, page } = await visit(browser, url, views.now, { viewport: widths.wide })
  await page.waitForFunction(() => window.drawnAt !== undefined)
  const times = await page.evaluate(() => [
    performance.getEntriesByName("first-contentful-paint")[0].startTime,
    window.drawnAt
  ])
  await context.close()
  return times
}

const middle = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

/** The transcription service is there, with jobs at every step, and nobody works on them. */
const program = (data) => (config) =>
  Program.layerDemo(config).pipe(Layer.provide(
    ConfigProvider.layerAdd(ConfigProvider.fromUnknown({ AIGUILLEUR_DATA: data, AIGUILLEUR_STT_WORKERS: "none" }), {
      asPrimary: true
    })
  ))

await Effect.runPromise(Effect.scoped(
  Effect.gen(function*() {
    const scene = yield* Scene.start(program(yield* folder))
    yield* Jobs.write
    const browser = yield* Effect.acquireRelease(
      Effect.promise(() => chromium.launch({ executablePath, args: ["--no-sandbox"] })),
      (browser) => Effect.promise(() => browser.close())
    )
    const paints = []
    for (let time = 0; time < 5; time++) paints.push(yield* Effect.promise(() => paint(browser, scene.url)))
    console.log(
      `First paint after ${Math.round(middle(paints.map(([first]) => first)))} ms, ` +
        `servers and queues after ${Math.round(middle(paints.map(([, picture]) => picture)))} ms ` +
        "(medians of five visits, before any load)"
    )
    scene.load(Scene.crowd)
    yield* Effect.sleep(`${Number(seconds)} seconds`)
    scene.servers[2].fault({ slowPrefill: 400 })
    yield* Effect.sleep("14 seconds")
    yield* scene.servers[1].kill
    yield* Effect.sleep("6 seconds")
    mkdirSync(out, { recursive: true })
    for (const file of readdirSync(out)) if (file.endsWith(".webp")) rmSync(`${out}/${file}`)
    let total = 0
    for (const [name, wanted] of Object.entries(views)) {
      for (const [width, viewport] of Object.entries(widths)) {
        for (const colorScheme of schemes) {
          total += yield* Effect.promise(() =>
            take(browser, scene.url, `${name}-${width}-${colorScheme}`, wanted, { viewport, colorScheme })
          )
        }
      }
    }
    console.log(`${Math.round(total / 1024)} kB together`)
  }).pipe(Effect.provide(Store.layer))
))
process.exit(0)
