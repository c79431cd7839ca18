ALTER TABLE media DROP COLUMN captions;
DROP TABLE media_captions;
