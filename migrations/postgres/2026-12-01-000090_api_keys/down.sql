DROP TABLE api_keys;
-- Whoever comes before this knows no service accounts; without a password nobody signs in as one.
ALTER TABLE users DROP COLUMN kind;
