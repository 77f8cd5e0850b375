-- The event log. Nothing is deleted: it holds no personal data, and consumers heal from it.
CREATE TABLE outbox (
  id             {identity},
  message_id     TEXT NOT NULL UNIQUE,
  part           BIGINT NOT NULL DEFAULT 0,
  aggregate_type TEXT NOT NULL,
  aggregate_id   TEXT NOT NULL,
  revision       BIGINT NOT NULL,
  event_type     TEXT NOT NULL,
  headers        TEXT NOT NULL,
  body           {blob} NOT NULL,
  create_time    BIGINT NOT NULL,
  publish_time   BIGINT,
  attempts       BIGINT NOT NULL DEFAULT 0,
  retry_time     BIGINT NOT NULL DEFAULT 0,
  last_error     TEXT,
  UNIQUE (aggregate_type, aggregate_id, revision),
  CONSTRAINT outbox_body_within_256_kib CHECK (length(body) <= 262144)
);
CREATE INDEX outbox_pending ON outbox (id) WHERE publish_time IS NULL;

-- Received and not yet applied. Status: ready (the next revision of its aggregate), waiting (an
-- earlier one comes first), parked (could not be applied). Attempts counts handler runs, deaths those
-- that the process did not survive. Late: parked and passed over, now replayed by an operator.
CREATE TABLE inbox (
  message_id     TEXT PRIMARY KEY,
  part           BIGINT NOT NULL DEFAULT 0,
  aggregate_type TEXT NOT NULL,
  aggregate_id   TEXT NOT NULL,
  revision       BIGINT NOT NULL,
  event_type     TEXT NOT NULL,
  headers        TEXT NOT NULL,
  body           {blob} NOT NULL,
  status         TEXT NOT NULL,
  attempts       BIGINT NOT NULL DEFAULT 0,
  deaths         BIGINT NOT NULL DEFAULT 0,
  late           BIGINT NOT NULL DEFAULT 0,
  next_time      BIGINT NOT NULL DEFAULT 0,
  error          TEXT,
  receive_time   BIGINT NOT NULL
);
CREATE INDEX inbox_due ON inbox (status, next_time);
CREATE INDEX inbox_aggregate ON inbox (aggregate_type, aggregate_id, revision);

-- The last applied revision of every foreign aggregate: permanent dedupe and order.
CREATE TABLE applied (
  aggregate_type TEXT NOT NULL,
  aggregate_id   TEXT NOT NULL,
  last_revision  BIGINT NOT NULL,
  PRIMARY KEY (aggregate_type, aggregate_id)
);

-- How far each producer's feed was walked.
CREATE TABLE feed_cursor (
  producer    TEXT PRIMARY KEY,
  cursor_text TEXT NOT NULL,
  walk_time   BIGINT NOT NULL
);

-- Who did what, written with the state row; ids only, never personal data. message_id names the
-- event of a command; note is an operator's reason.
CREATE TABLE audit (
  id            {identity},
  actor         TEXT NOT NULL,
  action        TEXT NOT NULL,
  subject       TEXT NOT NULL,
  revision      BIGINT NOT NULL,
  from_state    TEXT NOT NULL,
  to_state      TEXT NOT NULL,
  request_id    TEXT NOT NULL,
  before_digest TEXT NOT NULL,
  after_digest  TEXT NOT NULL,
  time          BIGINT NOT NULL,
  message_id    TEXT NOT NULL DEFAULT '',
  note          TEXT NOT NULL DEFAULT ''
);
CREATE INDEX audit_subject ON audit (subject, id);

-- The hash chain over audit, written a second behind, so that no command waits for its head.
CREATE TABLE seal (
  sequence      BIGINT PRIMARY KEY,
  audit_id      BIGINT NOT NULL UNIQUE,
  previous_hash TEXT NOT NULL,
  hash          TEXT NOT NULL
);

-- Replies by request id: successes only. The primary key refuses a second effect.
CREATE TABLE request (
  principal    TEXT NOT NULL,
  method       TEXT NOT NULL,
  request_id   TEXT NOT NULL,
  field_hashes TEXT NOT NULL,
  reply        {blob} NOT NULL,
  create_time  BIGINT NOT NULL,
  PRIMARY KEY (principal, method, request_id)
);
CREATE INDEX request_age ON request (create_time);

CREATE TABLE timer (
  kind       TEXT NOT NULL,
  subject    TEXT NOT NULL,
  due_time   BIGINT NOT NULL,
  generation BIGINT NOT NULL,
  payload    TEXT NOT NULL DEFAULT '',
  attempts   BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (kind, subject)
);
CREATE INDEX timer_due ON timer (due_time);

-- Tokens of a person issued before this instant are refused (from identity's events).
CREATE TABLE token_floor (
  person     TEXT PRIMARY KEY,
  not_before BIGINT NOT NULL
);
