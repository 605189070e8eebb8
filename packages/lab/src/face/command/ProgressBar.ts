/** A line on standard error that fills up; nothing where nobody watches. */
import type { Progress } from "../../report/Study.ts"

const width = 30

export interface ProgressBar {
  readonly show: (progress: Progress) => void
  readonly clear: () => void
}

export const make = (stream: NodeJS.WriteStream): ProgressBar => {
  let shown = -1
  return {
    show: ({ column, share }) => {
      const full = Math.floor(share * width)
      if (!stream.isTTY || full === shown) return
      shown = full
      const room = Math.max(0, (stream.columns ?? 80) - width - 10)
      stream.write(
        `\r\u001b[2K[${"#".repeat(full)}${" ".repeat(width - full)}] ${Math.round(share * 100)} % ${
          column.slice(0, room)
        }`
      )
    },
    clear: () => {
      if (stream.isTTY) stream.write("\r\u001b[2K")
    }
  }
}
