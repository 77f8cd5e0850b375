-- What the close of its period carried and gave back of a carry-over's lines.
ALTER TABLE carry_over ADD COLUMN carried BIGINT NOT NULL DEFAULT 0;
ALTER TABLE carry_over ADD COLUMN returned BIGINT NOT NULL DEFAULT 0;
-- No event told of these: the next one is the first that is heard, and revisions have no gap.
UPDATE carry_over SET revision = 0;
