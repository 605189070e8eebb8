/** A line on standard error that fills up; nothing where nobody watches. */
const width = 30

export interface ProgressLine {
  readonly show: (what: string, share: number) => void
  readonly clear: () => void
}

export const make = (stream: NodeJS.WriteStream = process.stderr): ProgressLine => {
  let shown = ""
  return {
    show: (what, share) => {
      const full = Math.floor(Math.min(1, Math.max(0, share)) * width)
      const line = `[${"#".repeat(full)}${" ".repeat(width - full)}] ${Math.round(share * 100)} % ${what}`
      if (!stream.isTTY || line === shown) return
      shown = line
      stream.write(`\r\u001b[2K${line.slice(0, (stream.columns ?? 80) - 1)}`)
    },
    clear: () => {
      if (stream.isTTY) stream.write("\r\u001b[2K")
    }
  }
}
