/** Requests that pass through the gateway come first on the same machine: what works on recordings yields to them. */
import * as os from "node:os"

const urgency = 10

export const lower = (pid: number | undefined): void => {
  if (pid === undefined) return
  try {
    os.setPriority(pid, urgency)
  } catch {
    // Where that needs a right that we do not have, or the process is over: it is as urgent as we are, then.
  }
}
