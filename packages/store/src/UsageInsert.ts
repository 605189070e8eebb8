/** How rows of usage are written: a batch is one statement, prepared once, whatever its size. */
import { String } from "effect"
import { typeNames } from "./PgArray.ts"
import { elements, ofKinds, ofRows, type UsageRow } from "./UsageRow.ts"

const column = (name: keyof UsageRow) => String.camelToSnake(name)
const columns = (names: ReadonlyArray<keyof UsageRow>) => names.map(column).join(", ")
const arrays = (names: ReadonlyArray<keyof UsageRow>, first: number) =>
  names.map((name, index) => `$${first + index}::${typeNames[elements[name]]}[]`).join(", ")

/**
 * Two thirds of the columns are the same in many rows: they travel once for each kind of row, and are joined there.
 * PostgreSQL takes a row apart element by element, so this saves it a quarter of its work.
 */
export const statement = `INSERT INTO usage (writer, sequence, ${columns(ofRows)}, ${columns(ofKinds)})
  SELECT $1::uuid, $2::int8 + number - 1, ${columns(ofRows)}, ${columns(ofKinds)}
  FROM unnest($3::int4[], ${arrays(ofRows, 4)}) WITH ORDINALITY AS own (kind, ${columns(ofRows)}, number)
  JOIN unnest(${arrays(ofKinds, 4 + ofRows.length)}) WITH ORDINALITY AS alike (${columns(ofKinds)}, kind) USING (kind)`

/** For a batch that may be there already, because its confirmation was lost. */
export const statementAgain = `${statement} ON CONFLICT DO NOTHING`
