ALTER TABLE editions DROP COLUMN moved_only;
