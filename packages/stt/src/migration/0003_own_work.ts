/** What the service works on by itself: whose process has it, and the pieces that are finished. */
export const name = "own_work"

export const statements: ReadonlyArray<string> = [
  `CREATE TABLE stt_own_work (
    enrichment_id uuid NOT NULL REFERENCES stt_enrichments (id) ON DELETE CASCADE,
    step text NOT NULL,
    task_id uuid NOT NULL,
    owner integer NOT NULL,
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (enrichment_id, step)
  )`,
  `CREATE TABLE stt_pieces (
    enrichment_id uuid NOT NULL REFERENCES stt_enrichments (id) ON DELETE CASCADE,
    step text NOT NULL,
    key text NOT NULL,
    result json NOT NULL,
    finished_at timestamptz NOT NULL,
    PRIMARY KEY (enrichment_id, step, key)
  )`
]
