-- A thesis has one answer, as a stay has.
ALTER TABLE commitment ADD COLUMN thesis TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX commitment_thesis ON commitment (thesis) WHERE thesis <> '';
