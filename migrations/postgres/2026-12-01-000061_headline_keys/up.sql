-- What a headline is found by: folded by the program, which fills it in for the rows that are there right after.
ALTER TABLE translations ADD COLUMN headline_key TEXT;
