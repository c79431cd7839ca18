ALTER TABLE locales DROP COLUMN voice;
ALTER TABLE editions DROP COLUMN spoken;
DROP TABLE dropped_files;
DROP TABLE recordings;
