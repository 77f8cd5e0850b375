-- What an imported budget begins with, until its activation posts it.
CREATE TABLE opening (
  budget          TEXT PRIMARY KEY,
  lines_csv       TEXT NOT NULL,
  commitments_csv TEXT NOT NULL
);
