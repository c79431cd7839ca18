-- From when to when a key signs, and when it was revoked. Whoever signed until now goes on.
ALTER TABLE signing_keys
    ADD COLUMN signs_from  TIMESTAMPTZ NOT NULL DEFAULT to_timestamp(0),
    ADD COLUMN signs_until TIMESTAMPTZ,
    ADD COLUMN revoked_at  TIMESTAMPTZ;
UPDATE signing_keys SET signs_from = created_at;
