-- Terms that an amendment replaced: in force for entries until this sequence, for whoever prints a
-- statement of then again. What is in force now stands with the budget and its periods.
CREATE TABLE past_terms (
  budget             TEXT NOT NULL,
  until_sequence     BIGINT NOT NULL,
  authorised_version BIGINT NOT NULL,
  partners           TEXT NOT NULL,
  PRIMARY KEY (budget, until_sequence)
);
CREATE TABLE past_period (
  budget         TEXT NOT NULL,
  until_sequence BIGINT NOT NULL,
  period         TEXT NOT NULL,
  start_date     TEXT NOT NULL,
  end_date       TEXT NOT NULL,
  PRIMARY KEY (budget, until_sequence, period)
);
