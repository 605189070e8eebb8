/** One inference answer on the wire: it turns emissions into bytes, and goes wrong where its fault says. */
import type { ServerResponse } from "node:http"
import type { Emission } from "../engine/Engine.ts"
import type { Listener } from "./Driver.ts"
import type { Fault } from "./Fault.ts"
import * as Outlet from "./Outlet.ts"
import type { Voice } from "./Voice.ts"

export interface Ends {
  /** The whole answer has been written. */
  readonly finished: () => void
  /** The fault ends the connection before the answer's end. */
  readonly cut: () => void
}

const contentType = (fault: Fault, type: string) => fault.wrongContentType === true ? "text/html" : type

/** The events of a stream. The head leaves now, as it does from vLLM: before the first token. */
export const stream = (response: ServerResponse, voice: Voice, fault: Fault, ends: Ends): Listener => {
  const outlet = Outlet.make(response, fault.slowDrain)
  let pending = ""
  /** Nothing more is written. */
  let silent = false

  response.writeHead(200, { "content-type": contentType(fault, voice.streamType) })
  response.flushHeaders()

  const cut = (text: string) => {
    silent = true
    outlet.write(pending + text)
    pending = ""
    outlet.cut()
    ends.cut()
  }

  const end = (text: string) => {
    silent = true
    outlet.end(pending + text)
    pending = ""
    ends.finished()
  }

  const token = ({ token, finished }: Emission) => {
    const before = token - 1
    const said = voice.token(token, finished)
    if (before === fault.stallAfter) {
      silent = true
      return
    }
    if (before === fault.cutAfter) return cut("")
    if (before === fault.errorAfter) return end(voice.failure)
    if (token === 1) {
      if (fault.invalidJson === true) pending += `${voice.token(1, undefined).slice(0, 24)}\n\n`
      pending += voice.opening
    }
    if (before === fault.cutInside) return cut(said.slice(0, said.length >> 1))
    pending += said
    if (finished === undefined) return
    const closing = voice.closing(token)
    if (fault.cutBeforeDone === true) cut(closing)
    else end(closing + voice.done)
  }

  return {
    emitted: (emission) => {
      if (!silent && emission.token > 0) token(emission)
    },
    flush: () => {
      if (pending !== "") outlet.write(pending)
      pending = ""
    }
  }
}

/** One text, when the last token is out. */
export const whole = (response: ServerResponse, voice: Voice, fault: Fault, ends: Ends): Listener => {
  const stalls = fault.stallAfter !== undefined
  const cuts = fault.cutAfter !== undefined || fault.cutInside !== undefined || fault.cutBeforeDone === true
  return {
    emitted: ({ finished, token }) => {
      if (finished === undefined || finished === "abort") return
      if (fault.errorAfter !== undefined) {
        response.writeHead(500, { "content-type": "application/json" })
        response.end(voice.refused)
        return ends.finished()
      }
      const text = voice.whole(token, finished)
      const bytes = Buffer.byteLength(text)
      const outlet = Outlet.make(response, fault.slowDrain)
      const half = text.slice(0, text.length >> 1)
      const sent = fault.invalidJson === true ? half : text
      response.writeHead(200, {
        "content-type": contentType(fault, voice.wholeType),
        "content-length": stalls || cuts ? bytes : Buffer.byteLength(sent)
      })
      if (stalls) return outlet.write(half)
      if (cuts) {
        outlet.write(half)
        outlet.cut()
        return ends.cut()
      }
      outlet.end(sent)
      ends.finished()
    },
    flush: () => {}
  }
}
