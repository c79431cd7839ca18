-- An earlier program signs with the newest key, and knows of no other.
DELETE FROM signing_keys WHERE revoked_at IS NOT NULL OR signs_until IS NOT NULL;
ALTER TABLE signing_keys DROP COLUMN revoked_at;
ALTER TABLE signing_keys DROP COLUMN signs_until;
ALTER TABLE signing_keys DROP COLUMN signs_from;
