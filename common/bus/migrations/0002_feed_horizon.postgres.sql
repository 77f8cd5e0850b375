-- A row becomes visible only at its commit, in any order of ids: the feed reads by (xid, id) below
-- the oldest running transaction, or it would skip rows.
ALTER TABLE outbox ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX outbox_feed ON outbox (xid, id);
ALTER TABLE outbox SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
