/** How usage is removed by age, in one statement that says how many rows went. */
import { columns } from "./UsageInsert.ts"
import { ofRows } from "./UsageRow.ts"

const own = columns(ofRows)

/** A batch that goes on after the moment keeps its place and its kinds; its later rows move up. */
export const statement = `WITH
  gone AS (DELETE FROM usage_rows WHERE finished_at < $1 RETURNING 1),
  gone_batches AS (DELETE FROM usage_batches WHERE newest < $1 RETURNING cardinality(kind) AS rows),
  shortened AS (
    UPDATE usage_batches AS batch SET (oldest, kind, ${own}) = (
      SELECT min(finished_at), ${
  ["kind", ...own.split(", ")].map((column) => `array_agg(${column} ORDER BY number)`).join(", ")
}
      FROM unnest(kind, ${own}) WITH ORDINALITY AS own (kind, ${own}, number)
      WHERE own.finished_at >= $1
    )
    WHERE oldest < $1 AND newest >= $1
  )
  SELECT (
    (SELECT count(*) FROM gone) + (SELECT coalesce(sum(rows), 0) FROM gone_batches) +
    (SELECT count(*) FROM usage WHERE oldest < $1 AND newest >= $1 AND finished_at < $1)
  )::int AS count`
