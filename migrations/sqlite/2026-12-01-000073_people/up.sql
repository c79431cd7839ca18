-- In which order colleagues stand, and what they are found by; the program fills it in for those who are there right after.
ALTER TABLE users ADD COLUMN sort_key BLOB;
ALTER TABLE users ADD COLUMN name_key TEXT;
CREATE INDEX users_by_name ON users (sort_key, id);
