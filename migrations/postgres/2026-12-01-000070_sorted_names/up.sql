-- Authors and tags under the name that readers of each locale are shown, in its order, with what it is found by; the program fills it in.
CREATE TABLE sorted_names (
    locale     TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('author', 'tag')),
    sort_key   BYTEA NOT NULL,
    target_id  UUID NOT NULL,
    folded     TEXT NOT NULL,
    PRIMARY KEY (locale, kind, sort_key, target_id)
);
CREATE INDEX sorted_names_by_target ON sorted_names (target_id);

-- What the rows of a locale were made with: rows that were made with something else are made again.
CREATE TABLE sorted_locales (
    locale     TEXT NOT NULL PRIMARY KEY,
    made_with  TEXT NOT NULL
);
