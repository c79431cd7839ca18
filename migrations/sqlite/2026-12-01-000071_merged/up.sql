-- What was merged into another is known by its id on: for clients and editors who have it still.
CREATE TABLE merged (
    id    BLOB NOT NULL PRIMARY KEY,
    kind  TEXT NOT NULL CHECK (kind IN ('author', 'tag')),
    into_id  BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX merged_into ON merged (into_id);
