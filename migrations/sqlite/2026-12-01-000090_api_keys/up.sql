-- A service account is a user without an address: its id stands where others have theirs, for nobody can type it as one.
ALTER TABLE users ADD COLUMN kind TEXT NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'service'));

-- What a key is limited to by scope, sections and locales: nothing there limits nothing.
CREATE TABLE api_keys (
    id            BLOB     NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    user_id       BLOB     NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name          TEXT     NOT NULL,
    handle        TEXT     NOT NULL,
    digest        BLOB     NOT NULL,
    scope         TEXT,
    sections      TEXT,
    locales       TEXT,
    created_by    BLOB     REFERENCES users (id) ON DELETE SET NULL,
    created_at    INTEGER  NOT NULL,
    expires_at    INTEGER  NOT NULL,
    revoked_at    INTEGER,
    last_used_at  INTEGER
) STRICT;
CREATE UNIQUE INDEX api_keys_handle_key ON api_keys (handle);
CREATE INDEX api_keys_by_user ON api_keys (user_id, id);
CREATE INDEX api_keys_by_maker ON api_keys (created_by);
