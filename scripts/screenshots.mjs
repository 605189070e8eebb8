// Writes docs/images: the demo at eight in the morning, with one server killed and one slowed down, as an operator sees it.
// `npm run screenshots`; it takes about two minutes, most of them because an hour's worth of load looks better than none.
import { Effect } from "effect"
import { mkdirSync, writeFileSync } from "node:fs"
import { chromium } from "playwright-core"
import * as Demo from "../packages/http/src/Demo.ts"
import * as Scene from "../packages/http/test/dashboard/Scene.ts"

const folder = new URL("../docs/images/", import.meta.url)
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium"

const wide = { width: 1280, height: 900 }
const narrow = { width: 390, height: 844 }

const pictures = [
  { name: "now-light", view: "now", viewport: wide, colorScheme: "light" },
  { name: "now-dark", view: "now", viewport: wide, colorScheme: "dark" },
  { name: "now-phone-light", view: "now", viewport: narrow, colorScheme: "light" },
  { name: "now-phone-dark", view: "now", viewport: narrow, colorScheme: "dark" },
  { name: "server", view: "now", viewport: wide, colorScheme: "light", open: true },
  { name: "hour", view: "hour", viewport: wide, colorScheme: "light", full: true },
  { name: "shares", view: "shares", viewport: wide, colorScheme: "dark" },
  { name: "laboratory", view: "laboratory", viewport: wide, colorScheme: "light" }
]

/** A browser can write WebP, which is a fifth of what its screenshots are. */
const webp = async (page, png) => {
  const url = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }))
    const canvas = document.createElement("canvas")
    canvas.width = image.width
    canvas.height = image.height
    canvas.getContext("2d").drawImage(image, 0, 0)
    return canvas.toDataURL("image/webp", 0.82)
  }, png.toString("base64"))
  return Buffer.from(url.slice(url.indexOf(",") + 1), "base64")
}

const take = async (browser, url, { colorScheme, full = false, name, open = false, view, viewport }) => {
  const context = await browser.newContext({ viewport, colorScheme, deviceScaleFactor: 1.5, locale: "en-GB" })
  const page = await context.newPage()
  await page.addInitScript((key) => sessionStorage.setItem("aiguilleur.key", key), Demo.operator)
  await page.goto(`${url}/dashboard/#${view}`)
  await page.waitForTimeout(3_000)
  if (open) await page.locator(".trouble button").first().click()
  await page.waitForTimeout(500)
  const png = await page.screenshot({ fullPage: full, timeout: 120_000 })
  const empty = await context.newPage()
  const bytes = await webp(empty, png)
  writeFileSync(new URL(`${name}.webp`, folder), bytes)
  console.log(`${name}.webp: ${Math.round(bytes.length / 1024)} kB`)
  await context.close()
}

const seconds = Number(process.argv[2] ?? 90)

await Effect.runPromise(Effect.scoped(Effect.gen(function*() {
  const scene = yield* Scene.start
  scene.load(Scene.crowd)
  yield* Effect.sleep(`${seconds} seconds`)
  scene.servers[2].fault({ slowPrefill: 400 })
  yield* Effect.sleep("14 seconds")
  yield* scene.servers[1].kill
  yield* Effect.sleep("6 seconds")
  mkdirSync(folder, { recursive: true })
  const browser = yield* Effect.acquireRelease(
    Effect.promise(() => chromium.launch({ executablePath, args: ["--no-sandbox"] })),
    (browser) => Effect.promise(() => browser.close())
  )
  for (const picture of pictures) yield* Effect.promise(() => take(browser, scene.url, picture))
})))
process.exit(0)
