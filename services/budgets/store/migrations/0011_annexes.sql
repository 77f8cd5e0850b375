-- What reversals are of the sums: both sides lose it where a reversed entry should leave no trace, so
-- that no statement looks for reversals in the journal.
ALTER TABLE turnover ADD COLUMN posted_reversed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE turnover ADD COLUMN pending_reversed BIGINT NOT NULL DEFAULT 0;
UPDATE turnover
   SET posted_reversed = (
         SELECT COALESCE(SUM(p.amount), 0)
           FROM journal AS j
           JOIN posting AS p ON p.budget = j.budget AND p.sequence = j.sequence
           JOIN journal_progress AS g ON g.budget = j.budget
          WHERE j.budget = turnover.budget AND j.reverses <> '' AND j.sequence <= g.sequence
            AND j.counts_as = turnover.movement
            AND substr(j.effective_on, 1, length(turnover.span)) = turnover.span
            AND (turnover.chunk = -1 OR (j.sequence - 1) / 5000 = turnover.chunk)
            AND p.path = turnover.path AND p.currency_code = turnover.currency_code
            AND p.layer = 'posted'),
       pending_reversed = (
         SELECT COALESCE(SUM(p.amount), 0)
           FROM journal AS j
           JOIN posting AS p ON p.budget = j.budget AND p.sequence = j.sequence
           JOIN journal_progress AS g ON g.budget = j.budget
          WHERE j.budget = turnover.budget AND j.reverses <> '' AND j.sequence <= g.sequence
            AND j.counts_as = turnover.movement
            AND substr(j.effective_on, 1, length(turnover.span)) = turnover.span
            AND (turnover.chunk = -1 OR (j.sequence - 1) / 5000 = turnover.chunk)
            AND p.path = turnover.path AND p.currency_code = turnover.currency_code
            AND p.layer = 'pending')
 WHERE budget IN (SELECT budget FROM journal WHERE reverses <> '');

-- Entries that a statement lists one by one, by their date: transfers and conversions.
CREATE TABLE annex_entry (
  budget       TEXT NOT NULL,
  annex        TEXT NOT NULL,
  effective_on TEXT NOT NULL,
  sequence     BIGINT NOT NULL,
  PRIMARY KEY (budget, annex, effective_on, sequence)
);
INSERT INTO annex_entry (budget, annex, effective_on, sequence)
SELECT budget, 'transfer', effective_on, sequence FROM journal WHERE counts_as = 'transfer';
INSERT INTO annex_entry (budget, annex, effective_on, sequence)
SELECT j.budget, 'exchange', j.effective_on, j.sequence FROM journal AS j
 WHERE EXISTS (SELECT 1 FROM conversion AS c
                WHERE c.budget = j.budget AND c.sequence = j.sequence);
