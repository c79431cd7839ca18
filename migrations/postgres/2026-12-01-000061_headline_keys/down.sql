ALTER TABLE translations DROP COLUMN headline_key;
