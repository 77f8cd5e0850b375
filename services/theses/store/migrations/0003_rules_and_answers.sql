-- Every version of every rule set that was published. The seed is in the program; a published set
-- takes the place of the seed's set of the same id.
CREATE TABLE rule_set (
  id          TEXT NOT NULL,
  version     BIGINT NOT NULL,
  document    TEXT NOT NULL,
  institution TEXT NOT NULL,
  source      TEXT NOT NULL,
  publisher   TEXT NOT NULL,
  create_time BIGINT NOT NULL,
  PRIMARY KEY (id, version)
);

-- One row: which publication is the last one. Publications lock it, so that each is checked against
-- the rules that it will stand beside.
CREATE TABLE rule_book (
  id    BIGINT PRIMARY KEY,
  stamp TEXT NOT NULL
);
INSERT INTO rule_book (id, stamp) VALUES (1, '');

-- Theses that a publication touches and that are not computed anew yet: the work that is left after
-- a crash.
CREATE TABLE recompute (
  thesis   TEXT PRIMARY KEY,
  ask_time BIGINT NOT NULL
);

-- Sealed texts: with a key per student, so that erasing the student is deleting the key.
CREATE TABLE answer (
  thesis        TEXT NOT NULL,
  id            TEXT NOT NULL,
  kind          TEXT NOT NULL,
  institution   TEXT NOT NULL,
  academic_year TEXT NOT NULL,
  student       TEXT NOT NULL,
  writer        TEXT NOT NULL,
  sealed        {blob} NOT NULL,
  create_time   BIGINT NOT NULL,
  PRIMARY KEY (thesis, id)
);
CREATE INDEX answer_student ON answer (student);

CREATE TABLE answer_key (
  person  TEXT PRIMARY KEY,
  wrapped {blob} NOT NULL
);
