/** Clients, parameters, enrichments with their versions and transcripts, tasks, and the two outboxes. */
import { statuses } from "../enrichment/Status.ts"

export const name = "enrichments"

/** The columns that each step has of its own. */
const step = (name: string) => `
    ${name}_started_at timestamptz,
    ${name}_ended_at timestamptz,
    ${name}_lease_at timestamptz,
    ${name}_by text,
    ${name}_task_id uuid,
    ${name}_retries integer NOT NULL DEFAULT 0`

const listed = statuses.map((status) => `'${status}'`).join(", ")

export const statements: ReadonlyArray<string> = [
  `CREATE TABLE stt_clients (
    id text PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 80),
    name text NOT NULL,
    secret_hash text NOT NULL,
    generation integer NOT NULL DEFAULT 1,
    active boolean NOT NULL DEFAULT true,
    scopes text[] NOT NULL,
    ai_model text,
    infrastructure text,
    treat_unspecified boolean NOT NULL DEFAULT false,
    transcription_model text,
    transcription_infrastructure text,
    enrichment_model text,
    enrichment_infrastructure text,
    translation_model text,
    translation_infrastructure text,
    monthly_minutes integer,
    retention_days integer,
    webhook_ca text,
    token_last_requested_at timestamptz,
    job_last_requested_at timestamptz,
    job_last_taken_at timestamptz,
    job_last_success_at timestamptz,
    job_last_failure_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  `CREATE TABLE stt_parameters (
    name text PRIMARY KEY,
    value text NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  `CREATE TABLE stt_enrichments (
    id uuid PRIMARY KEY,
    client_id text NOT NULL REFERENCES stt_clients (id) ON UPDATE CASCADE,
    status text NOT NULL CHECK (status IN (${listed})),
    failure_cause text,
    priority integer NOT NULL DEFAULT 1,
    media_types text[] NOT NULL,
    disciplines text[] NOT NULL,
    contributors text[] NOT NULL DEFAULT '{}',
    ai_evaluation text,
    end_user_identifier text,
    ai_model text,
    infrastructure text,
    language text,
    translate_to text,
    generate_metadata boolean NOT NULL,
    generate_quiz boolean NOT NULL,
    generate_notes boolean NOT NULL,
    notification_url text,
    notification_level text,
    notification_status text,
    notified_at timestamptz,
    source_url text,
    media_key text,
    media_name text,
    media_mime text,
    media_size bigint,
    media_text_length integer,
    media_seconds double precision,
    initial_version_id uuid,
    last_version_id uuid,
    work_version_id uuid,
    ai_generation_count integer NOT NULL DEFAULT 0,
    upload_owner integer,
    upload_attempts integer NOT NULL DEFAULT 0,
    upload_next_at timestamptz,
    upload_started_at timestamptz,
    upload_ended_at timestamptz,
    progress real,
    ${["transcription", "enrichment", "translation", "evaluation"].map(step).join(",")},
    latest_enrichment_requested_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    deleted_at timestamptz,
    evaluation_mark double precision
  )`,
  `CREATE INDEX stt_enrichments_queue ON stt_enrichments (status, priority DESC, latest_enrichment_requested_at, id)
    WHERE NOT deleted`,
  `CREATE INDEX stt_enrichments_client ON stt_enrichments (client_id, created_at) WHERE NOT deleted`,
  `CREATE TABLE stt_versions (
    id uuid PRIMARY KEY,
    enrichment_id uuid NOT NULL REFERENCES stt_enrichments (id) ON DELETE CASCADE,
    initial boolean NOT NULL,
    ai_generated boolean NOT NULL,
    media_types text[] NOT NULL,
    disciplines text[] NOT NULL,
    end_user_identifier text,
    ai_evaluation text,
    ai_model text,
    infrastructure text,
    language text,
    translate_to text,
    metadata json,
    questions json NOT NULL DEFAULT '[]',
    notes text,
    translated_notes text,
    failure_cause text,
    last_evaluation_date timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  `CREATE INDEX stt_versions_enrichment ON stt_versions (enrichment_id, created_at, id)`,
  // Apart from its version, because it is large and most questions about a version are not about it.
  `CREATE TABLE stt_transcripts (
    version_id uuid PRIMARY KEY REFERENCES stt_versions (id) ON DELETE CASCADE,
    original_filename text,
    language text,
    text text NOT NULL,
    sentences json NOT NULL,
    translated_text text,
    translated_sentences json
  )`,
  // Who was given what, and what came of it: the same answer is given to the same report.
  `CREATE TABLE stt_tasks (
    enrichment_id uuid NOT NULL REFERENCES stt_enrichments (id) ON DELETE CASCADE,
    step text NOT NULL,
    task_id uuid NOT NULL,
    version_id uuid,
    client_id text NOT NULL,
    outcome text,
    taken_at timestamptz NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (enrichment_id, step, task_id, taken_at)
  )`,
  `CREATE TABLE stt_webhooks (
    id uuid PRIMARY KEY,
    enrichment_id uuid NOT NULL,
    version_id uuid,
    client_id text NOT NULL,
    url text NOT NULL,
    status text NOT NULL,
    completed_step text,
    initial_version_id uuid,
    failure_cause text,
    state text NOT NULL CHECK (state IN ('pending', 'sending', 'delivered', 'refused', 'abandoned', 'unknown')),
    owner integer,
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL,
    answer text,
    created_at timestamptz NOT NULL,
    ended_at timestamptz
  )`,
  // A second success for the same version would make a client that asks for more ask for it twice.
  `CREATE UNIQUE INDEX stt_webhooks_success ON stt_webhooks (enrichment_id, version_id)
    WHERE status = 'SUCCESS' AND completed_step IS NULL`,
  `CREATE INDEX stt_webhooks_open ON stt_webhooks (next_at) WHERE state IN ('pending', 'sending')`,
  `CREATE TABLE stt_idempotency (
    client_id text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    enrichment_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, key)
  )`,
  // Media to be removed, written with what made it superfluous: a removal that fails is tried again.
  `CREATE TABLE stt_removals (media_key text PRIMARY KEY, requested_at timestamptz NOT NULL)`,
  `CREATE FUNCTION stt_notify_status() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('aiguilleur_stt', NEW.status);
    RETURN NULL;
  END $$`,
  `CREATE FUNCTION stt_notify_table() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('aiguilleur_stt', TG_TABLE_NAME);
    RETURN NULL;
  END $$`,
  `CREATE TRIGGER stt_status_changed AFTER INSERT OR UPDATE OF status ON stt_enrichments
    FOR EACH ROW EXECUTE FUNCTION stt_notify_status()`,
  `CREATE TRIGGER stt_webhook_added AFTER INSERT ON stt_webhooks
    FOR EACH STATEMENT EXECUTE FUNCTION stt_notify_table()`,
  `CREATE TRIGGER stt_removal_added AFTER INSERT ON stt_removals
    FOR EACH STATEMENT EXECUTE FUNCTION stt_notify_table()`
]
