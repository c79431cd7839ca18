-- A service account is a user without an address: its id stands where others have theirs, for nobody can type it as one.
ALTER TABLE users ADD COLUMN kind TEXT NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'service'));

-- What a key is limited to by scope, sections and locales: nothing there limits nothing.
CREATE TABLE api_keys (
    id            UUID         NOT NULL PRIMARY KEY,
    user_id       UUID         NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name          TEXT         NOT NULL,
    handle        TEXT         NOT NULL,
    digest        BYTEA        NOT NULL,
    scope         TEXT,
    sections      JSONB,
    locales       JSONB,
    created_by    UUID         REFERENCES users (id) ON DELETE SET NULL,
    created_at    TIMESTAMPTZ  NOT NULL,
    expires_at    TIMESTAMPTZ  NOT NULL,
    revoked_at    TIMESTAMPTZ,
    last_used_at  TIMESTAMPTZ
);
CREATE UNIQUE INDEX api_keys_handle_key ON api_keys (handle);
CREATE INDEX api_keys_by_user ON api_keys (user_id, id);
CREATE INDEX api_keys_by_maker ON api_keys (created_by);
