CREATE TABLE person (
  id            TEXT PRIMARY KEY,
  institution   TEXT NOT NULL,
  language_code TEXT NOT NULL,
  time_zone     TEXT NOT NULL,
  state         TEXT NOT NULL,
  not_before    BIGINT NOT NULL,
  revision      BIGINT NOT NULL,
  create_time   BIGINT NOT NULL,
  update_time   BIGINT NOT NULL
);
CREATE INDEX person_institution ON person (institution, id);
CREATE INDEX person_not_before ON person (not_before);

-- Names and addresses, sealed under a key of the person, which the master key wraps. Erasing a
-- person deletes the row.
CREATE TABLE personal (
  person      TEXT PRIMARY KEY REFERENCES person (id),
  wrapped_key {blob} NOT NULL,
  sealed      {blob} NOT NULL
);

-- Found by a keyed hash of the address. password_hash is empty for a person who cannot sign in here.
CREATE TABLE account (
  email_hash    TEXT PRIMARY KEY,
  person        TEXT NOT NULL UNIQUE REFERENCES person (id),
  password_hash TEXT NOT NULL,
  update_time   BIGINT NOT NULL
);

CREATE TABLE grant_row (
  person TEXT NOT NULL REFERENCES person (id),
  role   TEXT NOT NULL,
  scope  TEXT NOT NULL,
  PRIMARY KEY (person, role, scope)
);
CREATE INDEX grant_row_scope ON grant_row (scope, role);

CREATE TABLE session (
  id           TEXT PRIMARY KEY,
  person       TEXT NOT NULL REFERENCES person (id),
  generation   BIGINT NOT NULL,
  token_hash   TEXT NOT NULL,
  create_time  BIGINT NOT NULL,
  refresh_time BIGINT NOT NULL,
  end_time     BIGINT
);
CREATE INDEX session_person ON session (person);
CREATE INDEX session_refresh ON session (refresh_time);

-- Wrong passwords per address, whether or not the address has an account.
CREATE TABLE throttle (
  email_hash   TEXT PRIMARY KEY,
  failures     BIGINT NOT NULL,
  last_failure BIGINT NOT NULL
);
CREATE INDEX throttle_age ON throttle (last_failure);

-- Keys of access tokens. The private part of a retired key is gone; its public part stays until the
-- last token that it signed has expired.
CREATE TABLE signing_key (
  kid         TEXT PRIMARY KEY,
  state       TEXT NOT NULL,
  sealed_pem  {blob},
  x           TEXT NOT NULL,
  y           TEXT NOT NULL,
  state_time  BIGINT NOT NULL
);
CREATE UNIQUE INDEX signing_key_in_use ON signing_key (state) WHERE state <> 'retired';
