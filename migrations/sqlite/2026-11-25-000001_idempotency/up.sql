-- What clients asked for under a key of theirs, so that asking twice does nothing twice. A claim is running until it has an answer.
CREATE TABLE idempotency_keys (
    user_id      BLOB     NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key          TEXT     NOT NULL,
    fingerprint  BLOB     NOT NULL,
    request_id   TEXT     NOT NULL,
    committed    INTEGER  NOT NULL,
    answer       TEXT     CHECK (answer IS NULL OR json_valid(answer)),
    claimed_at   INTEGER  NOT NULL,
    CONSTRAINT idempotency_keys_key PRIMARY KEY (user_id, key)
) STRICT;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (claimed_at);
