-- Replicas of foreign resources, kept current by their events; keys are full resource names.
CREATE TABLE institution (
  name                      TEXT PRIMARY KEY,
  time_zone                 TEXT NOT NULL,
  region_code               TEXT NOT NULL,
  academic_year_start_month BIGINT NOT NULL,
  revision                  BIGINT NOT NULL
);

CREATE TABLE unit (
  name     TEXT PRIMARY KEY,   -- institutions/{i}/units/{u}.
  revision BIGINT NOT NULL
);

CREATE TABLE person (
  name     TEXT PRIMARY KEY,
  state    TEXT NOT NULL,
  revision BIGINT NOT NULL
);

-- Framework agreements between two institutions; the names stand in their order.
CREATE TABLE framework (
  name     TEXT PRIMARY KEY,   -- agreements/{id}.
  first    TEXT NOT NULL,
  second   TEXT NOT NULL,
  state    TEXT NOT NULL,      -- "in_effect", "terminated", ...
  end_date TEXT NOT NULL,      -- The last day in effect; empty: open.
  revision BIGINT NOT NULL
);
CREATE INDEX framework_partners ON framework (first, second);

-- Stays of students, from the mobility service: approved ones with their planned days.
CREATE TABLE stay (
  mobility   TEXT PRIMARY KEY,   -- mobilities/{id}.
  student    TEXT NOT NULL,
  sending    TEXT NOT NULL,
  receiving  TEXT NOT NULL,
  first_date TEXT NOT NULL,
  last_date  TEXT NOT NULL,
  state      TEXT NOT NULL,
  revision   BIGINT NOT NULL
);
CREATE INDEX stay_student ON stay (student, first_date);

-- One row per thesis: what SQL looks for has a column, the rest is one JSON record
-- (thesis_record.cc). institution_a, school_a and director_a are of the first side.
CREATE TABLE thesis (
  id            TEXT PRIMARY KEY,
  title         TEXT NOT NULL,
  student       TEXT NOT NULL,
  institution_a TEXT NOT NULL,
  school_a      TEXT NOT NULL,
  director_a    TEXT NOT NULL,
  institution_b TEXT NOT NULL,
  school_b      TEXT NOT NULL,
  director_b    TEXT NOT NULL,
  state         TEXT NOT NULL,
  award_mode    TEXT NOT NULL,
  start_date    TEXT NOT NULL,   -- Empty before the first enrolment.
  defended_date TEXT NOT NULL,   -- Empty before the defence.
  theses_fr     TEXT NOT NULL,
  record        TEXT NOT NULL,
  plan_digest   TEXT NOT NULL,   -- Of the deadlines that were told last.
  live          BIGINT NOT NULL,
  create_time   BIGINT NOT NULL,
  update_time   BIGINT NOT NULL,
  revision      BIGINT NOT NULL,
  demo          BIGINT NOT NULL
);
CREATE INDEX thesis_student ON thesis (student, id);
CREATE INDEX thesis_director_a ON thesis (director_a, id);
CREATE INDEX thesis_director_b ON thesis (director_b, id);
CREATE INDEX thesis_institution_a ON thesis (institution_a, id);
CREATE INDEX thesis_institution_b ON thesis (institution_b, id);
CREATE INDEX thesis_live ON thesis (id) WHERE live = 1;
-- One joint thesis per student and pair of institutions at a time.
CREATE UNIQUE INDEX thesis_one_live ON thesis (student, institution_a, institution_b)
  WHERE live = 1;
