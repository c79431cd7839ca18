DROP INDEX changes_by_subject;
DROP INDEX changes_by_actor;
ALTER TABLE changes DROP COLUMN reason;
ALTER TABLE changes DROP COLUMN origin;
DROP TABLE previews;
DROP TABLE takedowns;
DROP TABLE corrections;
