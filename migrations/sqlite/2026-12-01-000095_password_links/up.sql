-- Links by which somebody sets a password, of which only digests are kept; and mails that hold them, sealed, until they are sent.
CREATE TABLE password_links (
    digest      BLOB NOT NULL PRIMARY KEY,
    user_id     BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL CHECK (kind IN ('invitation', 'reset')),
    email       TEXT NOT NULL,
    mailed      INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    ended_at    INTEGER
) STRICT;
CREATE INDEX password_links_by_user ON password_links (user_id, created_at);

CREATE TABLE mails (
    id        BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    link      BLOB NOT NULL REFERENCES password_links (digest) ON DELETE CASCADE,
    sealed    BLOB NOT NULL,
    attempts  INTEGER NOT NULL,
    next_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX mails_by_link ON mails (link);
CREATE INDEX mails_by_turn ON mails (next_at);
