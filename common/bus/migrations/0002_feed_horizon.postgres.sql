-- A row becomes visible only at its commit, in any order of ids: the feed reads by (xid, id) below
-- the oldest running transaction, or it would skip rows.
ALTER TABLE outbox ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX outbox_feed ON outbox (xid, id);
ALTER TABLE outbox SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
-- The audit chain is sealed in the same order, for the same reason.
ALTER TABLE audit ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX audit_seal ON audit (xid, id);
