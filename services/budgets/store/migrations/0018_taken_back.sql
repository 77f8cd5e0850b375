-- What credit notes took back of the costs of a commitment.
ALTER TABLE commitment ADD COLUMN credited BIGINT NOT NULL DEFAULT 0;
UPDATE commitment
   SET credited = (
         SELECT COALESCE(SUM(back.amount), 0)
           FROM journal AS cost
           JOIN journal AS note
             ON note.budget = cost.budget AND note.document = 'journals/' || cost.sequence
           JOIN posting AS back ON back.budget = note.budget AND back.sequence = note.sequence
          WHERE cost.budget = commitment.budget AND cost.document = 'commitments/' || commitment.id
            AND cost.movement = 'liquidate' AND note.movement = 'correct'
            AND back.path LIKE 'spent/%')
 WHERE budget IN (SELECT budget FROM journal WHERE movement = 'correct');

-- What a foreign document used of the original amount of its commitment: a last one uses all of the
-- rest, and its entry does not say how much that was.
CREATE TABLE original_use (
  budget   TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  original BIGINT NOT NULL,
  PRIMARY KEY (budget, sequence)
);
-- Of earlier documents it is known where more followed: they used what they were made out for.
INSERT INTO original_use (budget, sequence, original)
SELECT j.budget, j.sequence, c.from_amount
  FROM journal AS j
  JOIN conversion AS c ON c.budget = j.budget AND c.sequence = j.sequence AND c.position = 1
  JOIN commitment AS owner ON owner.budget = j.budget AND j.document = 'commitments/' || owner.id
 WHERE j.movement = 'liquidate'
   AND (owner.original_remaining > 0
        OR EXISTS (SELECT 1 FROM journal AS later
                    WHERE later.document = j.document AND later.budget = j.budget
                      AND later.sequence > j.sequence AND later.movement = 'liquidate'));
