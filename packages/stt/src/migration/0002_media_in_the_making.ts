/** Media that are being stored are told of before they are there, with the process that may still want them. */
export const name = "media_in_the_making"

export const statements: ReadonlyArray<string> = [
  // Null: nobody wants it any more.
  "ALTER TABLE stt_removals ADD COLUMN owner integer",
  "DROP TRIGGER stt_removal_added ON stt_removals",
  `CREATE TRIGGER stt_removal_added AFTER INSERT OR UPDATE ON stt_removals
    FOR EACH STATEMENT EXECUTE FUNCTION stt_notify_table()`,
  // An enrichment's webhooks are sent one after another.
  `CREATE INDEX stt_webhooks_order ON stt_webhooks (enrichment_id, id) WHERE state IN ('pending', 'sending')`
]
