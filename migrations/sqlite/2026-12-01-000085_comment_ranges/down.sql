DROP INDEX comments_done;
DROP INDEX comments_open;
ALTER TABLE comments DROP COLUMN quote;
ALTER TABLE comments DROP COLUMN range_end;
ALTER TABLE comments DROP COLUMN range_start;
