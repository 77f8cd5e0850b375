-- The documents of a budget: what is wanted, by whom, in which state. Money is in the ledger.
-- A hand is two columns: the person, and in whose place ("" in their own name).

CREATE TABLE budget (
  id                  TEXT PRIMARY KEY,
  display_name        TEXT NOT NULL,
  institution         TEXT NOT NULL,
  unit                TEXT NOT NULL,
  partners            TEXT NOT NULL,
  currency_code       TEXT NOT NULL,
  contract_amount     BIGINT NOT NULL,
  sources             TEXT NOT NULL,
  start_date          TEXT NOT NULL,
  end_date            TEXT NOT NULL,
  agreement_reference TEXT NOT NULL,
  funding_reference   TEXT NOT NULL,
  terms               TEXT NOT NULL,
  categories          TEXT NOT NULL,
  grants              TEXT NOT NULL,
  time_zone           TEXT NOT NULL,
  state               TEXT NOT NULL,
  state_reason        TEXT NOT NULL,
  authorised_version  BIGINT NOT NULL,
  requester           TEXT NOT NULL,
  requester_for       TEXT NOT NULL,
  approver            TEXT NOT NULL,
  approver_for        TEXT NOT NULL,
  create_time         BIGINT NOT NULL,
  update_time         BIGINT NOT NULL,
  revision            BIGINT NOT NULL,
  demo                BIGINT NOT NULL
);
CREATE INDEX budget_institution ON budget (institution, id);
CREATE INDEX budget_unit ON budget (unit, id) WHERE unit <> '';
CREATE INDEX budget_funding ON budget (funding_reference) WHERE funding_reference <> '';

-- Whose offices see it beside its own.
CREATE TABLE budget_partner (
  budget  TEXT NOT NULL,
  partner TEXT NOT NULL,
  PRIMARY KEY (budget, partner)
);
CREATE INDEX budget_partner_of ON budget_partner (partner, budget);

CREATE TABLE period (
  budget               TEXT NOT NULL,
  id                   TEXT NOT NULL,
  start_date           TEXT NOT NULL,
  end_date             TEXT NOT NULL,
  state                TEXT NOT NULL,
  digest               TEXT NOT NULL,
  digest_signature     TEXT NOT NULL,
  reopen_requester     TEXT NOT NULL,
  reopen_requester_for TEXT NOT NULL,
  reopen_reason        TEXT NOT NULL,
  closing_sequence     BIGINT NOT NULL,
  update_time          BIGINT NOT NULL,
  revision             BIGINT NOT NULL,
  PRIMARY KEY (budget, id)
);

-- What category rules and alerts remember of a line beside its balance.
CREATE TABLE budget_line (
  budget      TEXT NOT NULL,
  period      TEXT NOT NULL,
  category    TEXT NOT NULL,
  partner     TEXT NOT NULL,
  kind        TEXT NOT NULL,
  initial     BIGINT NOT NULL,
  transferred BIGINT NOT NULL,
  thresholds  TEXT NOT NULL,
  PRIMARY KEY (budget, period, category, partner, kind)
);

CREATE TABLE commitment (
  budget             TEXT NOT NULL,
  id                 TEXT NOT NULL,
  period             TEXT NOT NULL,
  category           TEXT NOT NULL,
  partner            TEXT NOT NULL,
  kind               TEXT NOT NULL,
  display_name       TEXT NOT NULL,
  supplier_reference TEXT NOT NULL,
  amount             BIGINT NOT NULL,
  currency_code      TEXT NOT NULL,
  effective_date     TEXT NOT NULL,
  expire_date        TEXT NOT NULL,
  reserved           BIGINT NOT NULL,
  liquidated         BIGINT NOT NULL,
  released           BIGINT NOT NULL,
  remaining          BIGINT NOT NULL,
  paid               BIGINT NOT NULL,
  original_remaining BIGINT NOT NULL,
  conversion         TEXT NOT NULL,
  state              TEXT NOT NULL,
  requester          TEXT NOT NULL,
  requester_for      TEXT NOT NULL,
  approver           TEXT NOT NULL,
  approver_for       TEXT NOT NULL,
  refusal            TEXT NOT NULL,
  mobility           TEXT NOT NULL,
  attachments        TEXT NOT NULL,
  create_time        BIGINT NOT NULL,
  update_time        BIGINT NOT NULL,
  revision           BIGINT NOT NULL,
  demo               BIGINT NOT NULL,
  PRIMARY KEY (budget, id),
  CONSTRAINT commitment_adds_up CHECK (
    reserved = liquidated + released + remaining AND remaining >= 0 AND paid <= liquidated)
);
-- Ids are unique among all budgets, because an event names nothing but the id.
CREATE UNIQUE INDEX commitment_id ON commitment (id);
CREATE INDEX commitment_open ON commitment (budget, period)
  WHERE state IN ('requested', 'approved', 'partially_liquidated', 'carried', 'undercovered');

CREATE TABLE claim (
  budget             TEXT NOT NULL,
  id                 TEXT NOT NULL,
  commitment         TEXT NOT NULL,
  claimant           TEXT NOT NULL,
  mission_start_date TEXT NOT NULL,
  mission_end_date   TEXT NOT NULL,
  currency_code      TEXT NOT NULL,
  items              TEXT NOT NULL,
  state              TEXT NOT NULL,
  certifier          TEXT NOT NULL,
  certifier_for      TEXT NOT NULL,
  approver           TEXT NOT NULL,
  approver_for       TEXT NOT NULL,
  payer              TEXT NOT NULL,
  payer_for          TEXT NOT NULL,
  note               TEXT NOT NULL,
  payment_reference  TEXT NOT NULL,
  payment_journal    TEXT NOT NULL,
  recognised         BIGINT NOT NULL,
  attachments        TEXT NOT NULL,
  create_time        BIGINT NOT NULL,
  update_time        BIGINT NOT NULL,
  revision           BIGINT NOT NULL,
  PRIMARY KEY (budget, id)
);
CREATE INDEX claim_claimant ON claim (claimant);
CREATE INDEX claim_commitment ON claim (budget, commitment);

CREATE TABLE line_transfer (
  budget          TEXT NOT NULL,
  id              TEXT NOT NULL,
  from_line       TEXT NOT NULL,
  to_line         TEXT NOT NULL,
  period          TEXT NOT NULL,
  amount          BIGINT NOT NULL,
  effective_date  TEXT NOT NULL,
  reason          TEXT NOT NULL,
  state           TEXT NOT NULL,
  rule            TEXT NOT NULL,
  rationale       TEXT NOT NULL,
  funder_approval TEXT NOT NULL,
  refusal         TEXT NOT NULL,
  requester       TEXT NOT NULL,
  requester_for   TEXT NOT NULL,
  approver        TEXT NOT NULL,
  approver_for    TEXT NOT NULL,
  create_time     BIGINT NOT NULL,
  update_time     BIGINT NOT NULL,
  revision        BIGINT NOT NULL,
  PRIMARY KEY (budget, id)
);

CREATE TABLE amendment (
  budget             TEXT NOT NULL,
  id                 TEXT NOT NULL,
  type               TEXT NOT NULL,
  reason             TEXT NOT NULL,
  signed_date        TEXT NOT NULL,
  new_end_date       TEXT NOT NULL,
  change             BIGINT NOT NULL,
  new_sources        TEXT NOT NULL,
  new_partners       TEXT NOT NULL,
  reallocations      TEXT NOT NULL,
  state              TEXT NOT NULL,
  signed_by          TEXT NOT NULL,
  signers            TEXT NOT NULL,
  content_hash       TEXT NOT NULL,
  authorised_version BIGINT NOT NULL,
  requester          TEXT NOT NULL,
  requester_for      TEXT NOT NULL,
  create_time        BIGINT NOT NULL,
  update_time        BIGINT NOT NULL,
  revision           BIGINT NOT NULL,
  PRIMARY KEY (budget, id)
);

CREATE TABLE carry_over (
  budget        TEXT NOT NULL,
  id            TEXT NOT NULL,
  from_period   TEXT NOT NULL,
  to_period     TEXT NOT NULL,
  lines         TEXT NOT NULL,
  reason        TEXT NOT NULL,
  state         TEXT NOT NULL,
  requester     TEXT NOT NULL,
  requester_for TEXT NOT NULL,
  approver      TEXT NOT NULL,
  approver_for  TEXT NOT NULL,
  create_time   BIGINT NOT NULL,
  update_time   BIGINT NOT NULL,
  revision      BIGINT NOT NULL,
  PRIMARY KEY (budget, id)
);
-- One decision per period: a second proposal waits until the first was refused.
CREATE UNIQUE INDEX carry_over_period ON carry_over (budget, from_period)
  WHERE state IN ('proposed', 'approved');

CREATE TABLE report (
  budget         TEXT NOT NULL,
  id             TEXT NOT NULL,
  period         TEXT NOT NULL,
  state          TEXT NOT NULL,
  due_date       TEXT NOT NULL,
  as_of_sequence BIGINT NOT NULL,
  content_hash   TEXT NOT NULL,
  preparer       TEXT NOT NULL,
  preparer_for   TEXT NOT NULL,
  certifier      TEXT NOT NULL,
  certifier_for  TEXT NOT NULL,
  create_time    BIGINT NOT NULL,
  update_time    BIGINT NOT NULL,
  revision       BIGINT NOT NULL,
  PRIMARY KEY (budget, id)
);

CREATE TABLE delegation (
  budget     TEXT NOT NULL,
  id         TEXT NOT NULL,
  delegator  TEXT NOT NULL,
  delegate   TEXT NOT NULL,
  start_date TEXT NOT NULL,
  end_date   TEXT NOT NULL,
  revoked    BIGINT NOT NULL,
  revision   BIGINT NOT NULL,
  PRIMARY KEY (budget, id)
);
CREATE INDEX delegation_delegate ON delegation (budget, delegate) WHERE revoked = 0;

-- Which contents are named, and by which document: what the sweep of the blob store asks.
CREATE TABLE attachment (
  id         TEXT PRIMARY KEY,
  budget     TEXT NOT NULL,
  parent     TEXT NOT NULL,
  person     TEXT NOT NULL,
  sha256     TEXT NOT NULL,
  size_bytes BIGINT NOT NULL
);
CREATE INDEX attachment_sha256 ON attachment (sha256);
CREATE INDEX attachment_parent ON attachment (budget, parent);

-- Replicas of other services' things, as far as budgets need them.
CREATE TABLE institution (
  name      TEXT PRIMARY KEY,
  time_zone TEXT NOT NULL,
  revision  BIGINT NOT NULL
);
-- Who holds which office: for a refusal that says who could.
CREATE TABLE office (
  person TEXT NOT NULL,
  role   TEXT NOT NULL,
  scope  TEXT NOT NULL,
  PRIMARY KEY (person, role, scope)
);
CREATE INDEX office_scope ON office (scope, role);
