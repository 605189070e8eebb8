/** Those who watch the live page, and the one timer that serves them all: no viewer, no work. */
import { Dispatcher } from "@aiguilleur/core/Dispatcher"
import { Context, Effect, Layer } from "effect"
import { Keys } from "../Keys.ts"
import { Flows } from "./Flows.ts"
import { Frames, still } from "./Frames.ts"
import { Journal } from "./Journal.ts"
import { Losses } from "./Losses.ts"
import { rowsOf } from "./Rows.ts"
import { ShareLedger } from "./ShareLedger.ts"
import { Slowness } from "./Slowness.ts"

/** At most four updates a second. */
const period = 250

/** A viewer hears something at least so often, or takes us for gone. */
const quiet = 1_000

/** What slows down does so over seconds. */
const watchEvery = 1_000

export interface Viewer {
  /** False while what was sent before has not left: nothing more is kept for it. */
  readonly ready: () => boolean
  readonly send: (event: string) => void
  /** Called once a second; one that may watch no longer ends itself. */
  readonly check: () => void
}

export class Live extends Context.Service<Live, {
  readonly journal: Journal
  readonly viewersUnsafe: () => number
  /** It is sent the whole at once, then what changes. Returns what takes it away again. */
  readonly join: (viewer: Viewer) => () => void
}>()("@aiguilleur/http/Live") {
  static readonly layer = Layer.effect(
    Live,
    Effect.gen(function*() {
      const dispatcher = yield* Dispatcher
      const keys = yield* Keys
      const journal = new Journal()
      const losses = new Losses()
      const slowness = new Slowness(journal)
      const flows = new Flows()
      const ledger = new ShareLedger()
      const frames = new Frames()
      /** Viewers, and whether each has yet to be sent the whole. */
      const viewers = new Map<Viewer, boolean>()
      let timer: NodeJS.Timeout | undefined
      let told = 0
      let lastSent = 0

      yield* dispatcher.observe((notice) => {
        if (notice._tag === "Ejected" && notice.because !== "Operator") {
          journal.write({ at: notice.at, kind: "ejected", server: notice.url, because: notice.because })
        } else if (notice._tag === "Restored") journal.write({ at: notice.at, kind: "restored", server: notice.url })
        else if (notice._tag === "HeldOff") journal.write({ at: notice.at, kind: "held-off", server: notice.url })
        losses.observe(notice)
        ledger.observe(notice)
        if (viewers.size > 0) flows.observe(notice)
      })

      const survey = () => {
        const board = dispatcher.boardUnsafe()
        const rows = rowsOf(board, {
          nameOf: keys.nameUnsafe,
          losses: (model) => losses.of(model, board.at),
          slowSince: (server, model) => slowness.since(server, model),
          dues: (minutes, pool) => ledger.over(minutes, board.at, pool)
        })
        return { at: board.at, rows }
      }

      const tick = () => {
        const { at, rows } = survey()
        const delta = frames.next(at, rows, journal.since(told), flows.take())
        told = journal.newest
        const event = delta ?? (at - lastSent >= quiet ? still(at) : undefined)
        if (event !== undefined) lastSent = at
        let whole: string | undefined
        for (const [viewer, behind] of viewers) {
          if (!viewer.ready()) {
            // It missed one: deltas make no sense to it any more.
            viewers.set(viewer, true)
          } else if (behind) {
            whole ??= frames.whole(journal.since(0))
            viewer.send(whole)
            viewers.set(viewer, false)
          } else if (event !== undefined) viewer.send(event)
        }
      }

      const watch = setInterval(() => {
        const board = dispatcher.boardUnsafe()
        slowness.watch(board)
        ledger.watch(board)
        for (const viewer of viewers.keys()) viewer.check()
      }, watchEvery).unref()
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          clearInterval(watch)
          clearInterval(timer)
        })
      )

      return {
        journal,
        viewersUnsafe: () => viewers.size,
        join: (viewer) => {
          if (timer === undefined) {
            viewers.set(viewer, true)
            timer = setInterval(tick, period).unref()
            tick()
          } else {
            viewers.set(viewer, false)
            viewer.send(frames.whole(journal.since(0)))
          }
          return () => {
            viewers.delete(viewer)
            if (viewers.size > 0) return
            clearInterval(timer)
            timer = undefined
            flows.take()
          }
        }
      }
    })
  )
}
