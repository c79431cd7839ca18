DROP INDEX users_by_name;
ALTER TABLE users DROP COLUMN name_key;
ALTER TABLE users DROP COLUMN sort_key;
