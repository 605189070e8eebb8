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
  /** Kept, because the whole cell would be looked at again for each quote in it. */
  let isBlank = true
  let quoted = false
  let line = 1
  let begun = 1
  const add = (sign: string) => {
    cell += sign
    isBlank &&= sign.trim() === ""
  }
  const endCell = () => {
    cells.push(cell.trim())
    cell = ""
    isBlank = true
  }
  const endRow = () => {
    endCell()
    if (cells.length > 1 || cells[0] !== "") rows.push({ line: begun, cells })
    cells = []
  }
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!
    if (sign === "\n") line++
    if (quoted) {
      if (sign !== "\"") add(sign)
      else if (text[at + 1] === "\"") {
        add(sign)
        at++
      } else quoted = false
    } else if (sign === "\"" && isBlank) {
      cell = ""
      quoted = true
    } else if (sign === ",") endCell()
    else if (sign === "\n") {
      endRow()
      begun = line
    } else if (sign !== "\r") add(sign)
  }
  endRow()
  return rows
}
