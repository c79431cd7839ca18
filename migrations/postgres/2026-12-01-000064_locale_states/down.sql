ALTER TABLE site DROP COLUMN retired_locales;
ALTER TABLE locales DROP COLUMN former_tags;
ALTER TABLE locales DROP COLUMN state;
