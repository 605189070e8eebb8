/** The live page in Chromium, before a gateway whose engines stand still: nothing in it depends on how fast anything is. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import axe from "axe-core"
import { Effect, Scope } from "effect"
import type { Browser, Page } from "playwright-core"
import { launch, open as openPage } from "../../../lab/test/browser/Chromium.ts"
import { folder } from "../../../store/test/support/Folder.ts"
import * as Store from "../command/Store.ts"
import * as Served from "../Served.ts"
import * as Jobs from "./Jobs.ts"

export { absent } from "../../../lab/test/browser/Chromium.ts"

export const operator = Served.moodle
export const viewer = Served.lab

const file = (urls: ReadonlyArray<string>) => `
organisations: [{ name: univ-a, weight: 2 }, { name: univ-b }]
models:
  - name: large
    model: simulated
    strategy: least-busy
    policy: performance
    servers:
      - { url: "${urls[0]}", kind: vllm, organisation: univ-a, site: dc1, maxConcurrent: 2 }
      - { url: "${urls[1]}", kind: vllm, organisation: univ-b, site: dc2, maxConcurrent: 2 }
  - name: small
    model: simulated
    servers: [{ url: "${urls[2]}", kind: vllm, organisation: univ-b, site: dc2, maxConcurrent: 1 }]
stt: { workers: { transcription: false, enrichment: false, translation: false, evaluation: false } }
keys:
  - { name: moodle, organisation: univ-a, priority: 5, secret: "\${MOODLE}", rights: operator }
  - { name: lab, organisation: univ-b, priority: 1, secret: "\${LAB}", rights: viewer }
`

export interface Stage {
  readonly served: Served.Served
  readonly servers: ReadonlyArray<SimulatedServer.SimulatedServer>
  readonly browser: Browser
}

/** Each server has answered once and works on what it was given; two requests of either organisation wait. */
export const stage = Effect.gen(function*() {
  yield* Store.clean
  const servers = yield* Effect.all([SimulatedServer.start(), SimulatedServer.start(), SimulatedServer.start()])
  const served = yield* Served.start(file(servers.map(({ url }) => url)), { data: yield* folder })
  yield* Jobs.write
  const { ask, lab, moodle } = Served
  for (const key of [moodle, lab]) {
    // Two at a time: a server that has not answered yet gets one request, so the other gets the second.
    const both = ask(served, key, "large", { stream: true })
    yield* Effect.all([both, both], { concurrency: 2 })
    yield* ask(served, key, "small", { stream: true })
  }
  yield* ask(served, lab, "none of these")
  for (const server of servers) server.pause()
  for (const key of [moodle, lab, moodle, lab, moodle, lab, lab]) yield* Effect.forkScoped(ask(served, key, "large"))
  yield* Served.waiting(served, 3)
  const browser = yield* Effect.acquireRelease(
    Effect.promise(launch),
    (browser) => Effect.promise(() => browser.close())
  )
  return { served, servers, browser } satisfies Stage
})

export interface Look {
  readonly width: number
  readonly colours: "light" | "dark"
  readonly key?: string
  readonly language?: "en" | "fr"
}

/** A page of its own, gone with the scope. */
export const visit = ({ browser, served }: Stage, view: string, { colours, key, language = "en", width }: Look) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const { complaints, page } = await openPage(browser, `${served.url}/dashboard/`, width, colours)
      await page.evaluate(
        ([key, language]) => {
          if (key !== undefined) sessionStorage.setItem("aiguilleur.key", key)
          localStorage.setItem("aiguilleur.language", language!)
        },
        [key, language] as const
      )
      await page.goto(`${served.url}/dashboard/#${view}`)
      await page.reload()
      return { page, complaints }
    }),
    ({ page }) => Effect.promise(() => page.close())
  ) as Effect.Effect<{ readonly page: Page; readonly complaints: ReadonlyArray<string> }, never, Scope.Scope>

interface Violation {
  readonly id: string
  readonly impact: string
  readonly nodes: ReadonlyArray<{ readonly html: string; readonly failureSummary?: string }>
}

/** What axe finds that keeps people out: serious and critical violations, each with a place. */
export const barriers = (page: Page): Effect.Effect<ReadonlyArray<string>> =>
  Effect.promise(async () => {
    // Evaluated by the browser's own tools, so that the page's content policy stays as it is.
    await page.evaluate(axe.source)
    const { violations } = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })") as {
      readonly violations: ReadonlyArray<Violation>
    }
    return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 200)} ${nodes[0]!.failureSummary ?? ""}`)
  })
