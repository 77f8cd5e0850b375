CREATE TABLE institution (
  id                        TEXT PRIMARY KEY,
  display_name              TEXT NOT NULL,
  localized_names           TEXT NOT NULL,
  region_code               TEXT NOT NULL,
  time_zone                 TEXT NOT NULL,
  schac_domain              TEXT NOT NULL,
  ror                       TEXT NOT NULL,
  erasmus_code              TEXT NOT NULL,
  academic_year_start_month BIGINT NOT NULL,
  website                   TEXT NOT NULL,
  demo                      BIGINT NOT NULL,
  revision                  BIGINT NOT NULL,
  create_time               BIGINT NOT NULL,
  update_time               BIGINT NOT NULL
);

-- id is "institution/unit": the aggregate's id in events, and the keyset of the list.
CREATE TABLE unit (
  id              TEXT PRIMARY KEY,
  institution     TEXT NOT NULL REFERENCES institution (id),
  unit            TEXT NOT NULL,
  display_name    TEXT NOT NULL,
  localized_names TEXT NOT NULL,
  parent_unit     TEXT NOT NULL,
  revision        BIGINT NOT NULL,
  create_time     BIGINT NOT NULL,
  update_time     BIGINT NOT NULL
);
CREATE INDEX unit_institution ON unit (institution, id);

CREATE TABLE agreement (
  id                TEXT PRIMARY KEY,
  display_name      TEXT NOT NULL,
  first_partner     TEXT NOT NULL,
  second_partner    TEXT NOT NULL,
  start_date        TEXT,
  end_date          TEXT,
  state             TEXT NOT NULL,
  proposer          TEXT NOT NULL,
  version           BIGINT NOT NULL,
  effective_version BIGINT NOT NULL,
  termination_date  TEXT,
  comment           TEXT NOT NULL,
  demo              BIGINT NOT NULL,
  revision          BIGINT NOT NULL,
  create_time       BIGINT NOT NULL,
  update_time       BIGINT NOT NULL
);
CREATE INDEX agreement_first_partner ON agreement (first_partner);
CREATE INDEX agreement_second_partner ON agreement (second_partner);

-- Conditions of every version, so that the text that was approved stays readable for ever.
CREATE TABLE agreement_condition (
  agreement                 TEXT NOT NULL REFERENCES agreement (id),
  version                   BIGINT NOT NULL,
  position                  BIGINT NOT NULL,
  id                        TEXT NOT NULL,
  sending_institution       TEXT NOT NULL,
  receiving_institution     TEXT NOT NULL,
  sending_unit              TEXT NOT NULL,
  receiving_unit            TEXT NOT NULL,
  first_academic_year       TEXT NOT NULL,
  last_academic_year        TEXT NOT NULL,
  places_per_year           BIGINT NOT NULL,
  measure                   BIGINT NOT NULL,
  term                      BIGINT NOT NULL,
  eqf_levels                TEXT NOT NULL,
  isced_codes               TEXT NOT NULL,
  isced_match               BIGINT NOT NULL,
  languages                 TEXT NOT NULL,
  minimum_grade_thousandths BIGINT NOT NULL,
  maximum_months            BIGINT NOT NULL,
  PRIMARY KEY (agreement, version, position)
);
