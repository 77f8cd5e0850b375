-- French exercices whose state somebody declared: provisional ones have a ceiling.
ALTER TABLE budget ADD COLUMN exercices TEXT NOT NULL DEFAULT '';
