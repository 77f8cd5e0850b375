-- Agreements of a thesis. `text` is the canonical JSON of the text, whose hash is `content_hash` once
-- it is frozen; `marks` holds approvals, signatures, the texts in force by day, and rests, as JSON.
CREATE TABLE cotutelle (
  id              TEXT PRIMARY KEY,
  thesis          TEXT NOT NULL,
  partner_a       TEXT NOT NULL,
  partner_b       TEXT NOT NULL,
  text            TEXT NOT NULL,
  state           TEXT NOT NULL,
  version         BIGINT NOT NULL,
  content_hash    TEXT NOT NULL,
  marks           TEXT NOT NULL,
  ladder_date     TEXT NOT NULL,
  signed_date     TEXT NOT NULL,
  in_force_date   TEXT NOT NULL,
  ended_date      TEXT NOT NULL,
  notice_end_date TEXT NOT NULL,
  successor       TEXT NOT NULL,
  end_reason      TEXT NOT NULL,
  demo            BIGINT NOT NULL,
  revision        BIGINT NOT NULL,
  create_time     BIGINT NOT NULL,
  update_time     BIGINT NOT NULL
);
CREATE INDEX cotutelle_thesis ON cotutelle (thesis, id);

-- Every text that was frozen, for ever: what somebody approved can be read again.
CREATE TABLE cotutelle_version (
  cotutelle    TEXT NOT NULL,
  version      BIGINT NOT NULL,
  content_hash TEXT NOT NULL,
  text         TEXT NOT NULL,
  create_time  BIGINT NOT NULL,
  PRIMARY KEY (cotutelle, version)
);

CREATE TABLE amendment (
  cotutelle      TEXT NOT NULL,
  id             TEXT NOT NULL,
  changes        TEXT NOT NULL,
  paths          TEXT NOT NULL,
  effective_date TEXT NOT NULL,
  state          TEXT NOT NULL,
  version        BIGINT NOT NULL,
  content_hash   TEXT NOT NULL,
  base_hash      TEXT NOT NULL,
  marks          TEXT NOT NULL,
  ladder_date    TEXT NOT NULL,
  revision       BIGINT NOT NULL,
  create_time    BIGINT NOT NULL,
  update_time    BIGINT NOT NULL,
  PRIMARY KEY (cotutelle, id)
);
