-- On SQLite the row id is the commit order: one writer.
SELECT 1;
