/** Debian's Chromium for tests: where it is absent, they are skipped and say why. */
import { existsSync } from "node:fs"
import type { Browser, Page } from "playwright-core"
import { chromium } from "playwright-core"

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium"

export const absent = existsSync(executablePath) ? "" : ` (skipped: ${executablePath} is not there)`

const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync"
]

export const launch = (): Promise<Browser> => chromium.launch({ executablePath, args })

export interface Look {
  readonly page: Page
  /** Errors of the console, exceptions, and requests that left the page's own origin. */
  readonly complaints: Array<string>
}

export const open = async (
  browser: Browser,
  url: string,
  width: number,
  colorScheme: "light" | "dark"
): Promise<Look> => {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
  const complaints: Array<string> = []
  const { origin } = new URL(url)
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text())
  })
  page.on("pageerror", ({ message }) => complaints.push(message))
  page.on("request", (request) => {
    const asked = new URL(request.url())
    if (asked.protocol !== "data:" && asked.protocol !== "blob:" && asked.origin !== origin) {
      complaints.push(request.url())
    }
  })
  await page.goto(url)
  return { page, complaints }
}

export const overflows = (page: Page): Promise<boolean> =>
  page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")

/** Whether something is drawn on the first canvas in view: not all of its pixels are alike. */
export const isDrawn = (page: Page): Promise<boolean> =>
  page.evaluate(`(() => {
    const canvas = document.querySelector("canvas")
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
    return new Set(new Uint32Array(data.buffer)).size > 3
  })()`)
