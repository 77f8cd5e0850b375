-- Which asking of a stay a grant answers, and why it was refused, with the figures.
ALTER TABLE commitment ADD COLUMN answer TEXT NOT NULL DEFAULT '';
