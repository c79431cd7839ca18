ALTER TABLE editions DROP COLUMN lag;
ALTER TABLE editions DROP COLUMN behind;
ALTER TABLE editions DROP COLUMN made_from_version;
ALTER TABLE editions DROP COLUMN made_from_locale;
ALTER TABLE editions DROP COLUMN minor;
