-- The double-entry ledger. One row per budget: whoever posts locks it first, so that journals are
-- numbered without gaps in the order of their commits.
CREATE TABLE ledger (
  budget        TEXT PRIMARY KEY,
  currency_code TEXT NOT NULL,
  last_sequence BIGINT NOT NULL DEFAULT 0
);

-- Balances, kept in the transaction of the journals. The checks are the last line of defence of
-- what the domain refuses in words: no line and no pool is ever overdrawn.
CREATE TABLE account (
  budget         TEXT NOT NULL,
  path           TEXT NOT NULL,
  currency_code  TEXT NOT NULL,
  posted_debit   BIGINT NOT NULL DEFAULT 0,
  posted_credit  BIGINT NOT NULL DEFAULT 0,
  pending_debit  BIGINT NOT NULL DEFAULT 0,
  pending_credit BIGINT NOT NULL DEFAULT 0,
  version        BIGINT NOT NULL DEFAULT 0,
  closed         BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (budget, path),
  CONSTRAINT account_not_overdrawn CHECK (
    (path NOT LIKE 'line/%' AND path <> 'pool')
    OR posted_credit - posted_debit - pending_debit + pending_credit >= 0)
);

-- Entries: immutable. reverses is the id of the journal that this one mirrors, or empty; counts_as
-- is the movement that sums count it as.
CREATE TABLE journal (
  budget       TEXT NOT NULL,
  sequence     BIGINT NOT NULL,
  id           TEXT NOT NULL,
  payload_hash TEXT NOT NULL,
  movement     TEXT NOT NULL,
  counts_as    TEXT NOT NULL,
  effective_on TEXT NOT NULL,
  record_time  BIGINT NOT NULL,
  document     TEXT NOT NULL,
  reverses     TEXT NOT NULL,
  reference    TEXT NOT NULL,
  actor        TEXT NOT NULL,
  PRIMARY KEY (budget, sequence)
);
CREATE UNIQUE INDEX journal_id ON journal (id, budget);
CREATE UNIQUE INDEX journal_reverses ON journal (budget, reverses) WHERE reverses <> '';
CREATE INDEX journal_document ON journal (document, budget, sequence) WHERE document <> '';

CREATE TABLE posting (
  budget        TEXT NOT NULL,
  sequence      BIGINT NOT NULL,
  position      BIGINT NOT NULL,
  path          TEXT NOT NULL,
  layer         TEXT NOT NULL,
  side          TEXT NOT NULL,
  amount        BIGINT NOT NULL,
  currency_code TEXT NOT NULL,
  PRIMARY KEY (budget, sequence, position),
  CHECK (amount <> 0 AND (amount > 0 OR layer = 'pending'))
);

-- How amounts of a journal were converted: enough to do it again.
CREATE TABLE conversion (
  budget        TEXT NOT NULL,
  sequence      BIGINT NOT NULL,
  position      BIGINT NOT NULL,
  from_amount   BIGINT NOT NULL,
  from_currency TEXT NOT NULL,
  to_amount     BIGINT NOT NULL,
  to_currency   TEXT NOT NULL,
  rate          TEXT NOT NULL,
  rate_date     TEXT NOT NULL,
  policy        TEXT NOT NULL,
  PRIMARY KEY (budget, sequence, position)
);

-- The hash chain over the journal, written a moment behind, so that no command waits for it.
CREATE TABLE journal_seal (
  budget        TEXT NOT NULL,
  sequence      BIGINT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash          TEXT NOT NULL,
  PRIMARY KEY (budget, sequence)
);

-- Up to which journal the chain and the turnover go.
CREATE TABLE journal_progress (
  budget   TEXT PRIMARY KEY,
  sequence BIGINT NOT NULL,
  hash     TEXT NOT NULL
);

-- Sums per account, movement and time, a moment behind: what a statement reads instead of every
-- entry. unit is month ('2020-04') or day ('2020-04-15'). chunk -1 is all of the journal; a chunk from
-- 0 is the next 5,000 sequences of it, so that a statement as of an old sequence is as cheap.
CREATE TABLE turnover (
  budget         TEXT NOT NULL,
  unit           TEXT NOT NULL,
  chunk          BIGINT NOT NULL,
  span           TEXT NOT NULL,
  path           TEXT NOT NULL,
  movement       TEXT NOT NULL,
  currency_code  TEXT NOT NULL,
  posted_debit   BIGINT NOT NULL,
  posted_credit  BIGINT NOT NULL,
  pending_debit  BIGINT NOT NULL,
  pending_credit BIGINT NOT NULL,
  PRIMARY KEY (budget, unit, chunk, span, path, movement, currency_code)
);

-- Rows that change at every commit find room for their next version on the same page.
ALTER TABLE ledger SET (fillfactor = 30, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE account SET (fillfactor = 30, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE turnover SET (fillfactor = 60);

CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER account_currency BEFORE UPDATE OF currency_code ON account FOR EACH ROW
  WHEN (OLD.currency_code IS DISTINCT FROM NEW.currency_code)
  EXECUTE FUNCTION refuse_ledger_change('the currency of an account never changes');
CREATE TRIGGER account_kept BEFORE DELETE OR TRUNCATE ON account FOR EACH STATEMENT
  EXECUTE FUNCTION refuse_ledger_change('accounts are kept');
CREATE TRIGGER ledger_forward BEFORE UPDATE ON ledger FOR EACH ROW
  WHEN (NEW.last_sequence < OLD.last_sequence OR NEW.currency_code <> OLD.currency_code)
  EXECUTE FUNCTION refuse_ledger_change('the ledger only goes forward');
CREATE TRIGGER ledger_kept BEFORE DELETE OR TRUNCATE ON ledger FOR EACH STATEMENT
  EXECUTE FUNCTION refuse_ledger_change('ledgers are kept');
CREATE TRIGGER journal_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change('the journal is immutable');
CREATE TRIGGER posting_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON posting
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change('the journal is immutable');
CREATE TRIGGER conversion_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON conversion
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change('the journal is immutable');
CREATE TRIGGER journal_seal_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_seal
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change('the chain is immutable');
