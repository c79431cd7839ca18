ALTER TABLE site DROP COLUMN former_url_patterns;
