-- Addresses that readers may still have, and where they lead: to a thing in a locale, whatever its slug is by then, to a path or a URL, or nowhere
-- any more. `path` holds the query too, if there was one, in the one spelling that `domain::redirect` gives it.
CREATE TABLE redirects (
    id          BLOB     NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    path        TEXT     NOT NULL,
    status      INTEGER  NOT NULL,
    kind        TEXT,
    target_id   BLOB,
    locale      TEXT,
    url         TEXT,
    note        TEXT     NOT NULL,
    version     INTEGER  NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX redirects_key ON redirects (path);
CREATE INDEX redirects_by_target ON redirects (target_id);
