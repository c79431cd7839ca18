ALTER TABLE site DROP COLUMN preview_url;
