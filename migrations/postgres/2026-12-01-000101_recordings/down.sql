-- The program of before does not know the word.
UPDATE changes SET event = 'aged' WHERE event = 'voiced';
ALTER TABLE locales DROP COLUMN voice;
ALTER TABLE editions DROP COLUMN spoken;
DROP TABLE dropped_files;
DROP TABLE recordings;
