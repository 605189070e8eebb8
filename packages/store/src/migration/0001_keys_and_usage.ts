/** Organisations, keys, usage, settings. */

export const name = "keys and usage"

export const statements: ReadonlyArray<string> = [
  `CREATE TABLE organisations (
    name text PRIMARY KEY CHECK (name <> ''),
    weight double precision NOT NULL DEFAULT 1 CHECK (weight > 0 AND weight < 'Infinity'),
    source text NOT NULL CHECK (source IN ('file', 'cli', 'import')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  `CREATE TABLE keys (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    prefix text NOT NULL,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    organisation text NOT NULL REFERENCES organisations (name) ON UPDATE CASCADE,
    email text,
    priority integer NOT NULL DEFAULT 0 CHECK (priority >= 0),
    threshold integer CHECK (threshold >= 0),
    routing_mode text NOT NULL DEFAULT 'any' CHECK (routing_mode IN ('any', 'private-first', 'private-only')),
    models text[],
    sites text[],
    organisations text[],
    wait_events boolean NOT NULL DEFAULT false,
    rights text NOT NULL DEFAULT 'none' CHECK (rights IN ('none', 'viewer', 'operator')),
    source text NOT NULL CHECK (source IN ('file', 'cli', 'import')),
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT keys_hash UNIQUE (hash)
  )`,
  // A name is free again once its key is revoked.
  `CREATE UNIQUE INDEX keys_name ON keys (organisation, name) WHERE revoked_at IS NULL`,
  // Every column but last_used_at, which is written all the time and changes nobody's rights.
  `CREATE FUNCTION notify_key() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('aiguilleur_keys', coalesce(NEW.id, OLD.id)::text);
    RETURN NULL;
  END $$`,
  `CREATE TRIGGER keys_changed AFTER INSERT OR DELETE OR UPDATE OF
    id, name, prefix, hash, organisation, email, priority, threshold, routing_mode, models, sites, organisations,
    wait_events, rights, source, expires_at, revoked_at
    ON keys FOR EACH ROW EXECUTE FUNCTION notify_key()`,
  `CREATE FUNCTION notify_organisation() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('aiguilleur_organisations', coalesce(NEW.name, OLD.name));
    RETURN NULL;
  END $$`,
  `CREATE TRIGGER organisations_changed AFTER INSERT OR DELETE OR UPDATE
    ON organisations FOR EACH ROW EXECUTE FUNCTION notify_organisation()`,
  // Names instead of references: what was used stays told as it was. Whoever writes a row numbers it, so that a batch
  // whose confirmation was lost can be written again.
  `CREATE TABLE usage (
    writer uuid NOT NULL,
    sequence bigint NOT NULL,
    request_id text NOT NULL,
    key_id text,
    key_name text,
    organisation text,
    model text NOT NULL,
    endpoint text,
    server text,
    server_organisation text,
    site text,
    stream boolean,
    arrived_at timestamptz NOT NULL,
    granted_at timestamptz,
    first_byte_at timestamptz,
    finished_at timestamptz NOT NULL,
    prompt_tokens integer,
    output_tokens integer,
    audio_seconds double precision,
    estimated boolean NOT NULL DEFAULT false,
    strategy text,
    policy text,
    requeues integer NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    priority integer,
    routing_mode text,
    ending text NOT NULL CHECK (ending IN ('released', 'refused', 'evicted', 'withdrawn', 'failed')),
    reason text,
    status integer,
    leases_at_grant integer,
    score double precision,
    PRIMARY KEY (writer, sequence)
  )`,
  `CREATE INDEX usage_finished ON usage (finished_at)`,
  `CREATE INDEX usage_organisation ON usage (organisation, finished_at)`,
  `CREATE INDEX usage_model ON usage (model, finished_at)`,
  `CREATE TABLE settings (
    name text PRIMARY KEY,
    value jsonb NOT NULL,
    updated_at timestamptz NOT NULL
  )`
]
