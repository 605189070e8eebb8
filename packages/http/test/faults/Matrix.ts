/** The whole fault matrix: every row, and the cells that it spans. */
import type { Fleet, Mode } from "./Column.ts"
import { fleets } from "./Column.ts"
import type { Playable } from "./Row.ts"
import * as AfterTheLastByte from "./rows/AfterTheLastByte.ts"
import * as BeforeFirstByte from "./rows/BeforeFirstByte.ts"
import * as Connecting from "./rows/Connecting.ts"
import * as InTheMiddle from "./rows/InTheMiddle.ts"
import * as Prompts from "./rows/Prompts.ts"
import * as Signals from "./rows/Signals.ts"
import * as Statuses from "./rows/Statuses.ts"
import * as Waiting from "./rows/Waiting.ts"

export const rows: ReadonlyArray<Playable> = [
  ...Waiting.rows,
  ...Connecting.rows,
  ...BeforeFirstByte.rows,
  ...Statuses.rows,
  ...Prompts.rows,
  ...InTheMiddle.rows,
  ...AfterTheLastByte.rows,
  ...Signals.rows
]

export interface Cell {
  readonly row: Playable
  readonly mode: Mode
  readonly fleet: Fleet
}

export const fleetsOf = ({ only }: Playable): ReadonlyArray<Fleet> => only === undefined ? fleets : [only.fleet]

export const cells: ReadonlyArray<Cell> = rows.flatMap((row) =>
  fleetsOf(row).flatMap((fleet) => row.modes.map((mode) => ({ row, mode, fleet })))
)
