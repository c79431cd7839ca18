-- Links by which somebody sets a password, of which only digests are kept; and mails that hold them, sealed, until they are sent.
CREATE TABLE password_links (
    digest      BYTEA NOT NULL PRIMARY KEY,
    user_id     UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL CHECK (kind IN ('invitation', 'reset')),
    email       TEXT NOT NULL,
    mailed      BOOLEAN NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    expires_at  TIMESTAMPTZ NOT NULL,
    ended_at    TIMESTAMPTZ
);
CREATE INDEX password_links_by_user ON password_links (user_id, created_at);

CREATE TABLE mails (
    id        UUID NOT NULL PRIMARY KEY,
    link      BYTEA NOT NULL REFERENCES password_links (digest) ON DELETE CASCADE,
    sealed    BYTEA NOT NULL,
    attempts  INTEGER NOT NULL,
    next_at   TIMESTAMPTZ NOT NULL
);
CREATE INDEX mails_by_link ON mails (link);
CREATE INDEX mails_by_turn ON mails (next_at);
