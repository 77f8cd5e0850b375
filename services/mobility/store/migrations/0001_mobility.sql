-- Replicas of foreign resources, kept current by their events; keys are full resource names.
CREATE TABLE institution (
  name                      TEXT PRIMARY KEY,
  time_zone                 TEXT NOT NULL,
  region_code               TEXT NOT NULL,
  academic_year_start_month BIGINT NOT NULL,
  revision                  BIGINT NOT NULL
);

CREATE TABLE agreement (
  name       TEXT PRIMARY KEY,
  effective  BIGINT NOT NULL,
  start_date TEXT NOT NULL,
  end_date   TEXT NOT NULL,   -- The earlier of end and termination; empty: open.
  revision   BIGINT NOT NULL
);

-- Conditions of the text in effect; those of older texts stay, as cases may name them.
CREATE TABLE agreement_condition (
  name                  TEXT PRIMARY KEY,
  agreement             TEXT NOT NULL,
  in_text               BIGINT NOT NULL,
  sending_institution   TEXT NOT NULL,
  receiving_institution TEXT NOT NULL,
  sending_unit          TEXT NOT NULL,
  receiving_unit        TEXT NOT NULL,
  first_academic_year   TEXT NOT NULL,
  last_academic_year    TEXT NOT NULL,
  places_per_year       BIGINT NOT NULL,
  measure               TEXT NOT NULL,
  term                  TEXT NOT NULL,
  eqf_levels            TEXT NOT NULL,
  isced_codes           TEXT NOT NULL,
  isced_match           TEXT NOT NULL,
  languages             TEXT NOT NULL,
  minimum_grade         DOUBLE PRECISION NOT NULL,
  maximum_months        BIGINT NOT NULL
);
CREATE INDEX agreement_condition_agreement ON agreement_condition (agreement);

CREATE TABLE student (
  name        TEXT PRIMARY KEY,
  institution TEXT NOT NULL,
  language    TEXT NOT NULL,
  time_zone   TEXT NOT NULL,
  state       TEXT NOT NULL,
  revision    BIGINT NOT NULL
);

-- Civil times are texts, "2026-11-14 12:00:00 Europe/Paris": the truth. decision_instant is computed
-- from one, for queries that hide what is decided before it.
CREATE TABLE call (
  id                    TEXT PRIMARY KEY,
  display_name          TEXT NOT NULL,
  home_institution      TEXT NOT NULL,
  agreement             TEXT NOT NULL,
  academic_year         TEXT NOT NULL,
  open_time             TEXT NOT NULL,
  close_time            TEXT NOT NULL,
  decision_time         TEXT NOT NULL,
  decision_instant      BIGINT NOT NULL,
  minimum_choices       BIGINT NOT NULL,
  maximum_choices       BIGINT NOT NULL,
  required_documents    TEXT NOT NULL,
  offer_validity_hours  BIGINT NOT NULL,
  appeal_working_days   BIGINT NOT NULL,
  priority              BIGINT NOT NULL,
  linked_group          TEXT NOT NULL,
  nomination_open_time  TEXT NOT NULL,
  nomination_close_time TEXT NOT NULL,
  state                 TEXT NOT NULL,
  cancel_reason         TEXT NOT NULL,
  create_time           BIGINT NOT NULL,
  update_time           BIGINT NOT NULL,
  revision              BIGINT NOT NULL,
  demo                  BIGINT NOT NULL
);
CREATE INDEX call_home ON call (home_institution, id);
CREATE INDEX call_linked ON call (linked_group) WHERE linked_group <> '';

-- One row per application: what SQL looks for has a column, lists are one text each (packed.h).
-- live and offer_key guard, by their unique indexes, what a race could break: one live application
-- per student and call, one live offer per student and linked group of calls.
-- veiled_revisions and veil_update_time are what a student sees while the call's decision time is
-- ahead: the revision less the veiled ones, and the time before them.
CREATE TABLE application (
  id                TEXT PRIMARY KEY,
  call              TEXT NOT NULL REFERENCES call (id),
  student           TEXT NOT NULL,
  home_institution  TEXT NOT NULL,
  home_unit         TEXT NOT NULL,
  host_institution  TEXT NOT NULL,   -- Empty until nominated.
  host_unit         TEXT NOT NULL,
  state             TEXT NOT NULL,
  live              BIGINT NOT NULL,
  offer_key         TEXT,
  choices           TEXT NOT NULL,
  profile           TEXT NOT NULL,
  documents         TEXT NOT NULL,
  reasons           TEXT NOT NULL,
  score             DOUBLE PRECISION,
  waitlist_ticket   BIGINT NOT NULL,
  waitlist_condition TEXT NOT NULL,
  waitlist_term     TEXT NOT NULL,
  waitlist_quota    TEXT NOT NULL,
  offer_condition   TEXT NOT NULL,
  offer_term        TEXT NOT NULL,
  offer_quota       TEXT NOT NULL,
  offer_places      BIGINT NOT NULL,
  offer_time        BIGINT,
  offer_expire_time BIGINT,
  offer_answer_time BIGINT,
  decision_note     TEXT NOT NULL,
  appeal_grounds    TEXT NOT NULL,
  decision_time     BIGINT,
  complete_until    TEXT NOT NULL,
  appeal_until      TEXT NOT NULL,
  appealed          TEXT NOT NULL,
  mobility          TEXT NOT NULL,
  veiled_revisions  BIGINT NOT NULL,
  veil_update_time  BIGINT,
  create_time       BIGINT NOT NULL,
  submit_time       BIGINT,
  update_time       BIGINT NOT NULL,
  revision          BIGINT NOT NULL,
  demo              BIGINT NOT NULL
);
CREATE INDEX application_call ON application (call, id);
CREATE INDEX application_student ON application (student, id);
CREATE INDEX application_home ON application (home_institution, id);
CREATE INDEX application_host ON application (host_institution, id) WHERE host_institution <> '';
CREATE INDEX application_waiting ON application (waitlist_quota, waitlist_ticket)
  WHERE waitlist_quota <> '';
CREATE UNIQUE INDEX application_live ON application (student, call) WHERE live = 1;
CREATE UNIQUE INDEX application_offer ON application (offer_key);

-- Names contents for the sweep and counts a student's bytes. What an office reads of a document is
-- in the application's row, so that one lock covers it.
CREATE TABLE document (
  id          TEXT PRIMARY KEY,
  application TEXT NOT NULL REFERENCES application (id),
  student     TEXT NOT NULL,
  sha256      TEXT NOT NULL,
  size_bytes  BIGINT NOT NULL
);
CREATE INDEX document_content ON document (sha256);
CREATE INDEX document_student ON document (student);

-- A key per person, wrapped by the master key; erasing a person is deleting it.
CREATE TABLE personal_key (
  person      TEXT PRIMARY KEY,
  wrapped     {blob} NOT NULL,
  create_time BIGINT NOT NULL
);

-- A nominee's fields, sealed under the person's key.
CREATE TABLE personal (
  mobility TEXT PRIMARY KEY,
  person   TEXT NOT NULL,
  sealed   {blob} NOT NULL
);
CREATE INDEX personal_person ON personal (person);

CREATE TABLE mobility (
  id                      TEXT PRIMARY KEY,
  application             TEXT NOT NULL UNIQUE REFERENCES application (id),
  call                    TEXT NOT NULL,
  student                 TEXT NOT NULL,
  sending_institution     TEXT NOT NULL,
  sending_unit            TEXT NOT NULL,
  receiving_institution   TEXT NOT NULL,
  receiving_unit          TEXT NOT NULL,
  agreement               TEXT NOT NULL,
  condition               TEXT NOT NULL,
  quota                   TEXT NOT NULL,
  places                  BIGINT NOT NULL,
  term                    TEXT NOT NULL,
  sending_academic_year   TEXT NOT NULL,
  receiving_academic_year TEXT NOT NULL,
  isced_code              TEXT NOT NULL,
  eqf_level               BIGINT NOT NULL,
  state                   TEXT NOT NULL,
  proposal_id             TEXT NOT NULL,
  host_comment            TEXT NOT NULL,
  cancel_reason           TEXT NOT NULL,
  create_time             BIGINT NOT NULL,
  update_time             BIGINT NOT NULL,
  revision                BIGINT NOT NULL,
  demo                    BIGINT NOT NULL
);
CREATE INDEX mobility_student ON mobility (student, id);
CREATE INDEX mobility_sending ON mobility (sending_institution, id);
CREATE INDEX mobility_receiving ON mobility (receiving_institution, id);
CREATE INDEX mobility_call ON mobility (call);

-- The balance of a ledger. places is what counts; agreed_places what the agreement says now: lower,
-- while more are in use than the agreement has become to allow.
CREATE TABLE quota (
  id                    TEXT PRIMARY KEY,
  agreement             TEXT NOT NULL,
  condition             TEXT NOT NULL,
  academic_year         TEXT NOT NULL,
  term                  TEXT NOT NULL,
  measure               TEXT NOT NULL,
  sending_institution   TEXT NOT NULL,
  sending_unit          TEXT NOT NULL,
  receiving_institution TEXT NOT NULL,
  receiving_unit        TEXT NOT NULL,
  places                BIGINT NOT NULL,
  agreed_places         BIGINT NOT NULL,
  adjustment            BIGINT NOT NULL,
  held                  BIGINT NOT NULL,
  confirmed             BIGINT NOT NULL,
  waiting               BIGINT NOT NULL,
  last_ticket           BIGINT NOT NULL,
  update_time           BIGINT NOT NULL,
  revision              BIGINT NOT NULL,
  UNIQUE (condition, academic_year)
);
CREATE INDEX quota_agreement ON quota (agreement, academic_year);
CREATE INDEX quota_sending ON quota (sending_institution, id);
CREATE INDEX quota_receiving ON quota (receiving_institution, id);

-- The ledger: one row per hold, confirm, release, adjust. The sequence counts an application's rows
-- on a quota, so that no step is booked twice; of an adjustment it is the quota's revision.
CREATE TABLE quota_entry (
  id          {identity},
  quota       TEXT NOT NULL REFERENCES quota (id),
  application TEXT NOT NULL,   -- Empty for an adjustment.
  sequence    BIGINT NOT NULL,
  kind        TEXT NOT NULL,   -- held, confirmed, released, adjusted, agreed.
  places      BIGINT NOT NULL,
  expire_time BIGINT,
  reason      TEXT NOT NULL,
  actor       TEXT NOT NULL,
  time        BIGINT NOT NULL,
  UNIQUE (quota, application, sequence)
);
CREATE INDEX quota_entry_application ON quota_entry (application) WHERE application <> '';

-- An allocation as it was computed, to be replayed: inputs, outcome and tie decisions.
CREATE TABLE allocation_run (
  id      TEXT PRIMARY KEY,
  call    TEXT NOT NULL REFERENCES call (id),
  actor   TEXT NOT NULL,
  time    BIGINT NOT NULL,
  input   TEXT NOT NULL,
  outcome TEXT NOT NULL,
  ties    TEXT NOT NULL
);
CREATE INDEX allocation_run_call ON allocation_run (call, time);
