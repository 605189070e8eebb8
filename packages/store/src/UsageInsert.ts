/** How rows of usage are written: a batch is one statement, prepared once. */
import { String } from "effect"
import { typeNames } from "./PgArray.ts"
import { elements, ofKinds, ofRows, type UsageRow } from "./UsageRow.ts"

const column = (name: keyof UsageRow) => String.camelToSnake(name)
export const columns = (names: ReadonlyArray<keyof UsageRow>) => names.map(column).join(", ")
const arrays = (names: ReadonlyArray<keyof UsageRow>, first: number) =>
  names.map((name, index) => `$${first + index}::${typeNames[elements[name]]}[]`).join(", ")

/**
 * Two thirds of the columns are the same in many rows: they travel once for each kind of row, and are joined there.
 * PostgreSQL takes a row apart element by element, so this saves it a quarter of its work.
 */
const rows = `INSERT INTO usage_rows (writer, sequence, ${columns(ofRows)}, ${columns(ofKinds)})
  SELECT $1::uuid, $2::int8 + number - 1, ${columns(ofRows)}, ${columns(ofKinds)}
  FROM unnest($3::int4[], ${arrays(ofRows, 4)}) WITH ORDINALITY AS own (kind, ${columns(ofRows)}, number)
  JOIN unnest(${arrays(ofKinds, 4 + ofRows.length)}) WITH ORDINALITY AS alike (${columns(ofKinds)}, kind) USING (kind)`

const rowsAgain = `${rows} ON CONFLICT DO NOTHING`

const finished = 4 + ofRows.indexOf("finishedAt")

const batch = `INSERT INTO usage_batches
    (writer, first, kind, ${columns(ofRows)}, ${columns(ofKinds)}, oldest, newest)
  SELECT $1::uuid, $2::int8, $3::int4[], ${arrays(ofRows, 4)}, ${arrays(ofKinds, 4 + ofRows.length)},
    min(moment), max(moment)
  FROM unnest($${finished}::timestamptz[]) AS moment
  ON CONFLICT DO NOTHING`

/**
 * From so many rows on a batch is kept as it comes: PostgreSQL takes 10 µs for a row, and 2 for one in a large batch.
 * A small batch takes less space as rows, and less time to read.
 */
export const manyRows = 100

/** For a batch of so many rows; if it is not fresh it may be there already, because its confirmation was lost. */
export const statement = (length: number, fresh: boolean): string =>
  length >= manyRows ? batch : fresh ? rows : rowsAgain
