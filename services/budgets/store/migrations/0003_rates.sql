-- The European Central Bank's reference rates: units of the currency for 1 EUR, as it publishes
-- them ("120.83"). A known rate never changes, so that every conversion can be done again.
CREATE TABLE rate (
  currency_code TEXT NOT NULL,
  date          TEXT NOT NULL,
  rate          TEXT NOT NULL,
  PRIMARY KEY (currency_code, date)
);
CREATE INDEX rate_date ON rate (date);

-- What the annex of a statement lists, found without reading the journal.
CREATE INDEX journal_transfers ON journal (budget, counts_as, sequence)
  WHERE counts_as = 'transfer';
