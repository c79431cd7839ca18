-- From when to when a key signs, and when it was revoked. Whoever signed until now goes on.
ALTER TABLE signing_keys ADD COLUMN signs_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE signing_keys ADD COLUMN signs_until INTEGER;
ALTER TABLE signing_keys ADD COLUMN revoked_at INTEGER;
UPDATE signing_keys SET signs_from = created_at;
