/** Values that PostgreSQL needs to be told the type of. */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { Result } from "effect"
import type { Fragment } from "effect/sql/Statement"

/** A parameter with its type is accepted wherever a fragment is, which the types of the client do not say. */
const typed = (parameter: PgTypes.Parameter): Fragment => parameter as unknown as Fragment

export const texts = (values: ReadonlyArray<string>): Fragment =>
  typed(Result.getOrThrow(PgTypes.array(values, PgTypes.OID.text)))

/** Kept as it is written: keys in their order, which `jsonb` would not keep. */
export const json = (value: unknown): Fragment => typed(PgTypes.json(value))
