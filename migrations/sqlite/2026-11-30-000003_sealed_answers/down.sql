CREATE TABLE idempotency_keys_before (
    user_id      BLOB     NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key          TEXT     NOT NULL,
    fingerprint  BLOB     NOT NULL,
    request_id   TEXT     NOT NULL,
    committed    INTEGER  NOT NULL,
    answer       TEXT     CHECK (answer IS NULL OR json_valid(answer)),
    claimed_at   INTEGER  NOT NULL,
    CONSTRAINT idempotency_keys_key PRIMARY KEY (user_id, key)
) STRICT;
INSERT INTO idempotency_keys_before (user_id, key, fingerprint, request_id, committed, claimed_at)
    SELECT user_id, key, fingerprint, request_id, committed, claimed_at FROM idempotency_keys;
DROP TABLE idempotency_keys;
ALTER TABLE idempotency_keys_before RENAME TO idempotency_keys;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (claimed_at);
