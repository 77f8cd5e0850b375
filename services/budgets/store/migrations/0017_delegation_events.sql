-- A delegation of before its events was never told: the first event of those is their end.
UPDATE delegation SET revision = 0 WHERE revoked = 0;
