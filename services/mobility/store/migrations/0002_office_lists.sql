-- An office lists its own cases without a walk through everybody's. Whole indexes: whether a name is
-- among a parameter's cannot tell an engine that it is not empty, so partial ones would lie idle.
DROP INDEX application_host;
CREATE INDEX application_host ON application (host_institution, id);
CREATE INDEX application_home_unit ON application (home_unit, id);
CREATE INDEX application_host_unit ON application (host_unit, id);
