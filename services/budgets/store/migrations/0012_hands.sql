-- Who opened the payment of a claim again after it failed.
ALTER TABLE claim ADD COLUMN reapprover TEXT NOT NULL DEFAULT '';
ALTER TABLE claim ADD COLUMN reapprover_for TEXT NOT NULL DEFAULT '';
-- What a person entered without a document: they do not pay it.
CREATE INDEX journal_actor ON journal (budget, actor, sequence) WHERE document = '';
