/** Where the bytes of one answer leave, at once or in drips. */
import type { ServerResponse } from "node:http"

export interface Outlet {
  readonly write: (text: string) => void
  readonly end: (text: string) => void
  /** What was written leaves, then the connection ends without the end of the answer. */
  readonly cut: () => void
}

const direct = (response: ServerResponse): Outlet => ({
  write: (text) => {
    if (text !== "") response.write(text)
  },
  end: (text) => {
    response.end(text)
  },
  cut: () => {
    response.socket?.destroySoon()
  }
})

/** `size` bytes a millisecond at most, cut where they fall. */
const dripping = (response: ServerResponse, size: number): Outlet => {
  let held = Buffer.alloc(0)
  let last: (() => void) | undefined
  let dripping = false

  const drip = () => {
    dripping = false
    if (response.destroyed) return
    response.write(held.subarray(0, size))
    held = held.subarray(size)
    start()
  }

  const start = () => {
    if (dripping) return
    if (held.length === 0) return last?.()
    dripping = true
    setTimeout(drip, 1)
  }

  const write = (text: string) => {
    held = Buffer.concat([held, Buffer.from(text)])
    start()
  }

  return {
    write,
    end: (text) => {
      last = () => response.end()
      write(text)
    },
    cut: () => {
      last = () => response.socket?.destroySoon()
      start()
    }
  }
}

export const make = (response: ServerResponse, bytes: number | undefined): Outlet =>
  bytes === undefined ? direct(response) : dripping(response, Math.max(1, bytes))
