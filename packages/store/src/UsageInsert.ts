/** How rows of usage reach the database: a batch is one statement, prepared once, whatever its size. */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { Result, String } from "effect"
import { elements, names, own, typeNames, type UsageRow } from "./UsageRow.ts"

/** Rows in the order in which `writer` made them; `first` is the number of the first one. */
export interface Batch {
  /** A UUID that this process alone uses. */
  readonly writer: string
  readonly first: number
  readonly rows: ReadonlyArray<UsageRow>
  /** None of them was ever sent, so that none can be there: to look for them costs each row a quarter of its writing. */
  readonly fresh?: boolean
}

const ofRows = names.filter((name) => own.has(name))
const ofKinds = names.filter((name) => !own.has(name))

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

export const array = (values: ReadonlyArray<unknown>, element: number) =>
  Result.getOrThrow(PgTypes.array(values, element))

// PostgreSQL's text has no NUL, and a caller may have put one into a model's name.
const clean = (value: unknown) => typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "") : value

/** The same for rows that are alike, and for no others: no text has a NUL any more. */
const kindOf = (row: UsageRow): string => {
  let kind = ""
  for (const name of ofKinds) {
    const value = row[name]
    kind += value === null ? "\0\0" : `${clean(value)}\0\u0001`
  }
  return kind
}

export const parameters = ({ writer, first, rows }: Batch): ReadonlyArray<unknown> => {
  const numbers = new Map<string, number>()
  const kinds: Array<UsageRow> = []
  const numberOf = (row: UsageRow): number => {
    const kind = kindOf(row)
    let number = numbers.get(kind)
    if (number === undefined) numbers.set(kind, number = kinds.push(row))
    return number
  }
  const values = (rows: ReadonlyArray<UsageRow>, name: keyof UsageRow) =>
    array(rows.map((row) => clean(row[name])), elements[name])
  return [
    writer,
    BigInt(first),
    array(rows.map(numberOf), PgTypes.OID.int4),
    ...ofRows.map((name) => values(rows, name)),
    ...ofKinds.map((name) => values(kinds, name))
  ]
}
