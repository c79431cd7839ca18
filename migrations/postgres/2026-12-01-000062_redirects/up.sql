-- Addresses that readers may still have, and where they lead: to a thing in a locale, whatever its slug is by then, to a path or a URL, or nowhere
-- any more. `path` holds the query too, if there was one, in the one spelling that `domain::redirect` gives it.
CREATE TABLE redirects (
    id          UUID     NOT NULL PRIMARY KEY,
    path        TEXT COLLATE "C" NOT NULL,
    status      INTEGER  NOT NULL,
    kind        TEXT,
    target_id   UUID,
    locale      TEXT,
    url         TEXT,
    note        TEXT     NOT NULL,
    version     INTEGER  NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    updated_at  TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX redirects_key ON redirects (path);
CREATE INDEX redirects_by_target ON redirects (target_id);
