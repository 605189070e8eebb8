/**
 * `npm run test:runtimes`: core and lab on Node, Bun, Deno and in Chromium, which must all say the same.
 * Bun and Deno are fetched from npm on demand; a runtime that cannot be had is skipped, and said to be.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../../", import.meta.url))
const here = fileURLToPath(new URL("./", import.meta.url))
const folder = join(root, ".runtimes")
const versions = { bun: "1.4.5", deno: "2.9.6" }
const browser = process.env.CHROMIUM ?? "/usr/bin/chromium"
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync"
]

/** Installs a runtime's npm package; gives its executable. */
const fetched = (name) => {
  const home = join(folder, name)
  const file = join(home, "node_modules", ".bin", name)
  if (!existsSync(file)) {
    mkdirSync(home, { recursive: true })
    writeFileSync(join(home, "package.json"), JSON.stringify({ private: true }))
    execFileSync("npm", ["install", "--no-audit", "--no-fund", "--silent", `${name}@${versions[name]}`], {
      cwd: home,
      stdio: "inherit"
    })
  }
  return file
}

const said = (command, args) => {
  const { error, status, stderr, stdout } = spawnSync(command, [...args, join(here, "console.ts")], {
    cwd: root,
    encoding: "utf8"
  })
  if (error !== undefined || status !== 0) throw new Error(error?.message ?? stderr)
  return stdout.trim()
}

const inBrowser = async () => {
  const [{ build }, { chromium }] = await Promise.all([import("vite"), import("playwright-core")])
  const outDir = join(folder, "browser")
  rmSync(outDir, { recursive: true, force: true })
  await build({
    configFile: false,
    logLevel: "error",
    build: {
      outDir,
      lib: { entry: join(here, "smoke.ts"), name: "lab", formats: ["iife"], fileName: () => "smoke.js" }
    }
  })
  const page = await chromium.launch({ executablePath: browser, args: flags })
  try {
    const tab = await page.newPage()
    await tab.addScriptTag({ path: join(outDir, "smoke.js") })
    return await tab.evaluate(() => globalThis.lab.smoke())
  } finally {
    await page.close()
  }
}

const runtimes = {
  Node: () => said(process.execPath, []),
  Bun: () => said(fetched("bun"), ["run"]),
  Deno: () => said(fetched("deno"), ["run", "--allow-read", "--allow-env", "--no-lock", "--quiet"]),
  Chromium: inBrowser
}

mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, ".gitignore"), "*\n")

const answers = new Map()
let failed = false
for (const [name, run] of Object.entries(runtimes)) {
  if (name === "Chromium" && !existsSync(browser)) {
    console.log(`${name.padEnd(9)} skipped: ${browser} is not there`)
    continue
  }
  try {
    const answer = await run()
    answers.set(name, answer)
    console.log(`${name.padEnd(9)} ${answer}`)
  } catch (error) {
    failed = true
    console.log(`${name.padEnd(9)} failed: ${error.message}`)
  }
}
const different = new Set(answers.values())
if (different.size > 1) console.log("They do not agree.")
process.exitCode = failed || different.size > 1 ? 1 : 0
