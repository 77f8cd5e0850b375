-- PostgreSQL keeps a changed row on its page, without new entries in any index, only when no index
-- is about what changed: an approval changes the state, so no index may be about the state.
CREATE INDEX commitment_period ON commitment (budget, period);
DROP INDEX commitment_open;
