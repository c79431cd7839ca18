ALTER TABLE translations DROP COLUMN changes_requested_at;
