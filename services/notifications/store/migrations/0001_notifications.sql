-- Who can be told, in which language and zone (from identity.person). Never a name or an address.
CREATE TABLE reader (
  person      TEXT PRIMARY KEY,
  language    TEXT NOT NULL,
  time_zone   TEXT NOT NULL,
  institution TEXT NOT NULL,
  state       TEXT NOT NULL,
  revision    BIGINT NOT NULL
);
CREATE INDEX reader_institution ON reader (institution);
CREATE TABLE reader_role (
  person TEXT NOT NULL,
  role   TEXT NOT NULL,
  scope  TEXT NOT NULL,
  PRIMARY KEY (person, role, scope)
);
CREATE INDEX reader_role_scope ON reader_role (role, scope);

-- Public names that texts mention.
CREATE TABLE institution (
  name         TEXT PRIMARY KEY,
  display_name TEXT NOT NULL,
  time_zone    TEXT NOT NULL,
  revision     BIGINT NOT NULL
);
CREATE TABLE institution_name (
  institution TEXT NOT NULL,
  language    TEXT NOT NULL,
  text        TEXT NOT NULL,
  PRIMARY KEY (institution, language)
);
-- Revision 0: an application was heard of before its call; its embargo is then held for ever, until
-- the call says its decision time.
CREATE TABLE call_card (
  name             TEXT PRIMARY KEY,
  title            TEXT NOT NULL,
  home_institution TEXT NOT NULL,
  decision_time    BIGINT NOT NULL,
  state            TEXT NOT NULL,
  revision         BIGINT NOT NULL
);
CREATE TABLE applicant (
  application      TEXT PRIMARY KEY,
  call             TEXT NOT NULL,
  student          TEXT NOT NULL,
  home_institution TEXT NOT NULL,
  state            TEXT NOT NULL,
  revision         BIGINT NOT NULL
);
CREATE INDEX applicant_call ON applicant (call, state);

-- Deadlines as received from their owners.
CREATE TABLE deadline (
  id         TEXT PRIMARY KEY,
  generation BIGINT NOT NULL,
  kind       TEXT NOT NULL,
  subject    TEXT NOT NULL,
  due_date   TEXT NOT NULL,
  due_clock  TEXT NOT NULL,
  time_zone  TEXT NOT NULL,
  due_time   BIGINT NOT NULL,
  severity   TEXT NOT NULL,
  state      TEXT NOT NULL,
  basis      TEXT NOT NULL,
  rationale  TEXT NOT NULL,
  parameters TEXT NOT NULL,
  list_key   TEXT NOT NULL
);
CREATE INDEX deadline_subject ON deadline (subject);
CREATE INDEX deadline_order ON deadline (list_key);
-- hold_time: before it the row concerns nobody (a decision under embargo).
CREATE TABLE deadline_audience (
  deadline     TEXT NOT NULL,
  position     BIGINT NOT NULL,
  person       TEXT NOT NULL,
  role         TEXT NOT NULL,
  institution  TEXT NOT NULL,
  unit         TEXT NOT NULL,
  hold_time    BIGINT NOT NULL,
  embargo_call TEXT NOT NULL,
  PRIMARY KEY (deadline, position)
);
CREATE INDEX deadline_audience_person ON deadline_audience (person) WHERE person <> '';
CREATE INDEX deadline_audience_role ON deadline_audience (role, institution) WHERE role <> '';
CREATE INDEX deadline_audience_embargo ON deadline_audience (embargo_call)
    WHERE embargo_call <> '';
-- What became of each reminder: sent, or why not. The key forbids a second one for the same date.
CREATE TABLE step (
  deadline   TEXT NOT NULL,
  due_date   TEXT NOT NULL,
  name       TEXT NOT NULL,
  generation BIGINT NOT NULL,
  outcome    TEXT NOT NULL,
  time       BIGINT NOT NULL,
  PRIMARY KEY (deadline, due_date, name)
);

-- The inbox. The id is a hash of (source, person, channel): a message exists once per key. It is
-- hidden until hold_time; 0: never hidden, also not by a clock that goes back.
CREATE TABLE notification (
  id           TEXT PRIMARY KEY,
  person       TEXT NOT NULL,
  kind         TEXT NOT NULL,
  subject      TEXT NOT NULL,
  parameters   TEXT NOT NULL,
  hold_time    BIGINT NOT NULL,
  visible_time BIGINT NOT NULL,
  list_key     TEXT NOT NULL,
  read_time    BIGINT,
  revision     BIGINT NOT NULL,
  create_time  BIGINT NOT NULL,
  deadline     TEXT NOT NULL,
  embargo_call TEXT NOT NULL
);
CREATE INDEX notification_inbox ON notification (person, list_key);
CREATE INDEX notification_unread ON notification (person, hold_time) WHERE read_time IS NULL;
CREATE INDEX notification_embargo ON notification (embargo_call, subject)
    WHERE embargo_call <> '';
CREATE INDEX notification_deadline ON notification (deadline) WHERE deadline <> '';

-- The mail queue and its history. `lease` counts the claims: an outcome is recorded only by the
-- claim that it belongs to. While sending, next_time is when the claim lapses.
CREATE TABLE delivery (
  id           TEXT PRIMARY KEY,
  person       TEXT NOT NULL,
  kind         TEXT NOT NULL,
  subject      TEXT NOT NULL,
  parameters   TEXT NOT NULL,
  channel      TEXT NOT NULL,
  statutory    BIGINT NOT NULL,
  deadline     TEXT NOT NULL,
  last_time    BIGINT,
  state        TEXT NOT NULL,
  reason       TEXT NOT NULL,
  attempts     BIGINT NOT NULL,
  uncertain    BIGINT NOT NULL,
  lease        BIGINT NOT NULL,
  next_time    BIGINT NOT NULL,
  last_reply   TEXT NOT NULL,
  message_id   TEXT NOT NULL,
  address_hash TEXT NOT NULL,
  language     TEXT NOT NULL,
  create_time  BIGINT NOT NULL,
  accept_time  BIGINT,
  embargo_call TEXT NOT NULL,
  list_key     TEXT NOT NULL
);
CREATE INDEX delivery_due ON delivery (next_time) WHERE state IN ('queued', 'sending');
CREATE INDEX delivery_person ON delivery (person, list_key);
CREATE INDEX delivery_order ON delivery (list_key);
CREATE INDEX delivery_embargo ON delivery (embargo_call, subject) WHERE embargo_call <> '';
CREATE INDEX delivery_deadline ON delivery (deadline) WHERE deadline <> '' AND state = 'queued';
-- Addresses that a server has refused for good: keyed hashes, so that nobody can read them back.
CREATE TABLE bad_address (
  address_hash TEXT PRIMARY KEY,
  reply        TEXT NOT NULL,
  time         BIGINT NOT NULL
);
-- Messages for a role that nobody held at the time: whoever gets it within a week is told.
CREATE TABLE unclaimed (
  source     TEXT NOT NULL,
  role       TEXT NOT NULL,
  scope      TEXT NOT NULL,
  kind       TEXT NOT NULL,
  subject    TEXT NOT NULL,
  parameters TEXT NOT NULL,
  email      BIGINT NOT NULL,
  event_time BIGINT NOT NULL,
  PRIMARY KEY (role, scope, source)
);

-- What happened, and who may see it: people and institutions, each from a time on.
CREATE TABLE activity (
  id         TEXT PRIMARY KEY,
  subject    TEXT NOT NULL,
  event_type TEXT NOT NULL,
  aggregate  TEXT NOT NULL,
  action     TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state   TEXT NOT NULL,
  actor      TEXT NOT NULL,
  time       BIGINT NOT NULL,
  parameters TEXT NOT NULL,
  list_key   TEXT NOT NULL
);
CREATE INDEX activity_order ON activity (list_key);
CREATE INDEX activity_subject ON activity (subject, list_key);
CREATE TABLE activity_audience (
  activity     TEXT NOT NULL,
  audience     TEXT NOT NULL,
  visible_time BIGINT NOT NULL,
  embargo_call TEXT NOT NULL,
  list_key     TEXT NOT NULL,
  PRIMARY KEY (activity, audience)
);
CREATE INDEX activity_audience_order ON activity_audience (audience, list_key);
CREATE INDEX activity_audience_embargo ON activity_audience (embargo_call)
    WHERE embargo_call <> '';
