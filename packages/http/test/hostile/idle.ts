/** A process that opens connections to a port, so many whenever it is told to, and says nothing on any of them. */
import { connect } from "node:net"

const port = Number(process.argv[2])

process.on("message", (count: number) => {
  for (let n = 0; n < count; n++) connect(port, "127.0.0.1").on("error", () => {})
})
process.on("disconnect", () => process.exit())
process.send?.("ready")
