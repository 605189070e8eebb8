/**
 * Many streams at once: every event is checked, in order and byte for byte, and its delay since the upstream's write kept.
 */
import { setTimeout as sleep } from "node:timers/promises"
import { type Dispatcher, Pool } from "undici"
import { type Measured, type Target, Window } from "./Window.ts"
import * as Wire from "./Wire.ts"

// Seconds in which the streams open, unmeasured, and seconds in which they outlive the window.
const lead = 1
const rest = 0.5
const sequenceAt = Wire.eventPrefix.length
const stampAt = sequenceAt + Wire.sequenceWidth + 1
const suffixAt = stampAt + Wire.stampWidth

const matches = (bytes: Buffer, offset: number, expected: Buffer) =>
  bytes.compare(expected, 0, expected.length, offset, offset + expected.length) === 0

const number = (bytes: Buffer, from: number, width: number) => Number(bytes.toString("latin1", from, from + width))

/** Reads one stream; `settle` is called once, with the reason when it went wrong. */
const reader = (chunks: number, window: Window, settle: (failure?: string) => void): Dispatcher.DispatchHandler => {
  let next = 0
  let status = 0
  let held: Buffer = Buffer.alloc(0)
  const isEvent = (bytes: Buffer, at: number) =>
    matches(bytes, at, Wire.eventPrefix) && number(bytes, at + sequenceAt, Wire.sequenceWidth) === next &&
    matches(bytes, at + suffixAt, Wire.eventSuffix)
  return {
    onRequestStart() {},
    onResponseStart(_, code) {
      status = code
    },
    onResponseData(controller, chunk) {
      const now = Wire.monotonic()
      const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk])
      let at = 0
      if (window.open) window.reads++
      const expected = status === 200 ? chunks : 0
      while (next < expected && bytes.length - at >= Wire.eventLength) {
        if (!isEvent(bytes, at)) {
          return controller.abort(new Error(`event ${next} is wrong: ${bytes.toString("utf8", at, at + 200)}`))
        }
        window.record(now - number(bytes, at + stampAt, Wire.stampWidth))
        at += Wire.eventLength
        next++
      }
      held = bytes.subarray(at)
    },
    onResponseEnd() {
      if (status !== 200) return settle(`status ${status}: ${held.toString("utf8", 0, 200)}`)
      if (next < chunks) return settle(`a stream ended after ${next} of ${chunks} events`)
      settle(
        held.toString() === Wire.done
          ? undefined
          : `a stream ended with ${JSON.stringify(held.toString("utf8", 0, 200))}`
      )
    },
    onResponseError(_, error) {
      settle(`after ${next} of ${chunks} events: ${error.message}`)
    }
  }
}

export const streams = async (target: Target, options: {
  readonly streams: number
  readonly seconds: number
}): Promise<Measured> => {
  const window = new Window()
  const chunks = Math.ceil((lead + options.seconds + rest) * Wire.chunksPerSecond)
  const pool = new Pool(`http://127.0.0.1:${target.port}`, {
    connections: options.streams,
    headersTimeout: 0,
    bodyTimeout: 0
  })
  const request: Dispatcher.DispatchOptions = {
    method: "POST",
    path: Wire.path,
    headers: { "content-type": "application/json", ...target.headers },
    body: Wire.streamRequest(chunks)
  }
  let open = options.streams
  const ended = Promise.all(Array.from({ length: options.streams }, async (_, index) => {
    // Spread over half of the lead, so that the streams' ticks do not coincide.
    await sleep(index / options.streams * lead * 500)
    await new Promise<void>((resolve) => {
      pool.dispatch(
        request,
        reader(chunks, window, (failure) => {
          open--
          if (failure !== undefined) window.fail(failure)
          resolve()
        })
      )
    })
  }))
  await sleep(lead * 1_000)
  const result = await window.measure(target, options.seconds)
  // A saturated peer delivers late; three times the nominal duration is its last chance.
  const limit = chunks / Wire.chunksPerSecond * 3_000
  const patience = new AbortController()
  await Promise.race([ended, sleep(limit, undefined, { signal: patience.signal })])
  patience.abort()
  if (open > 0) window.fail(`${open} streams had not ended ${(limit / 1_000).toFixed(1)} s later`)
  await pool.destroy()
  return result()
}
