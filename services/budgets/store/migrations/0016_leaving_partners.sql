-- Who is no partner once a partner change is in force.
ALTER TABLE amendment ADD COLUMN leaving_partners TEXT NOT NULL DEFAULT '';
