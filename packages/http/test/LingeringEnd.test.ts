import { afterEach, assert, describe, it, vi } from "@effect/vitest"
import { once } from "node:events"
import { createServer } from "node:http"
import { type AddressInfo, connect } from "node:net"
import * as LingeringEnd from "../src/LingeringEnd.ts"

const megabyte = 1024 * 1024
/** Far more than what is read and what both ends of a connection hold. */
const patience = 96

describe("LingeringEnd", () => {
  afterEach(() => vi.useRealTimers())

  it("reads so much of a body without end, and no more", async () => {
    // Else time alone would end it.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
    const server = createServer((_, response) => LingeringEnd.end(response.writeHead(413), "too large"))
    await once(server.listen(0, "127.0.0.1"), "listening")
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1")
    const piece = `${megabyte.toString(16)}\r\n${"x".repeat(megabyte)}\r\n`
    let sent = 0
    let heard = ""
    const more = () => {
      while (sent < patience) {
        sent++
        if (!socket.write(piece)) return
      }
      socket.end()
    }
    socket.setEncoding("latin1").on("data", (text) => heard += text).on("error", () => {}).on("drain", more)
    socket.write("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n")
    more()
    // Whichever way it ends: what is still under way is answered by a reset.
    await new Promise((resolve) => socket.once("close", resolve))
    server.close()
    assert.match(heard, /^HTTP\/1.1 413 [^]*too large/)
    assert.isBelow(sent, patience)
  })
})
