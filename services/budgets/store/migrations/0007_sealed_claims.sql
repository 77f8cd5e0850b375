-- A key per person, wrapped by the master key. Of an erased person the empty key is left, so that
-- nothing is sealed for them again.
CREATE TABLE personal_key (
  person      TEXT PRIMARY KEY,
  wrapped     {blob} NOT NULL,
  create_time BIGINT NOT NULL
);
-- A claim's personal texts, sealed under its claimant's key; the columns of the texts are empty then.
ALTER TABLE claim ADD COLUMN sealed TEXT NOT NULL DEFAULT '';
