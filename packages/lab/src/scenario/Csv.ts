/** Comma-separated values as RFC 4180 has them, read into rows of cells with the line on which each begins. */

export interface CsvRow {
  readonly line: number
  readonly cells: ReadonlyArray<string>
}

/** A quoted cell may hold commas, line ends and doubled quotes; one that never ends takes the rest. */
export const parse = (text: string): ReadonlyArray<CsvRow> => {
  const rows: Array<CsvRow> = []
  let cells: Array<string> = []
  let cell = ""
  let quoted = false
  let line = 1
  let begun = 1
  const endRow = () => {
    cells.push(cell.trim())
    if (cells.length > 1 || cells[0] !== "") rows.push({ line: begun, cells })
    cells = []
    cell = ""
  }
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!
    if (sign === "\n") line++
    if (quoted) {
      if (sign !== "\"") cell += sign
      else if (text[at + 1] === "\"") {
        cell += sign
        at++
      } else quoted = false
    } else if (sign === "\"" && cell.trim() === "") {
      cell = ""
      quoted = true
    } else if (sign === ",") {
      cells.push(cell.trim())
      cell = ""
    } else if (sign === "\n") {
      endRow()
      begun = line
    } else if (sign !== "\r") cell += sign
  }
  endRow()
  return rows
}
