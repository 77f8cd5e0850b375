-- A stay has one answer. It is looked for by the stay, because anybody may give a commitment its id.
CREATE UNIQUE INDEX commitment_mobility ON commitment (mobility) WHERE mobility <> '';
